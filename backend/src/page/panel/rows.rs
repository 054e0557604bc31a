//! The panel's rows: spans with their bars, log lines, and the attributes of both.

use api_types::Timestamp;
use api_types::trace::{Attributes, LogLine, Span, SpanKind, Trace};
use api_types::waterfall::{Bar, Row, Waterfall, duration_text};

use super::text::{self, Room};
use super::{colour, is_failed};

/// Deeper rows are not indented further.
const DEPTH_MAX: usize = 8;
/// Attributes, events and log lines of one span, each at the most.
const DETAILS_MAX: usize = 64;

/// A span.
#[derive(Debug)]
pub(super) struct SpanRow {
    pub(super) span_id: String,
    pub(super) name: String,
    pub(super) service: String,
    pub(super) depth: usize,
    /// The service's colour, and the bar's.
    pub(super) colour: usize,
    pub(super) bar_colour: usize,
    /// The role between services, or the database that a statement went to.
    pub(super) tag: String,
    pub(super) failed: bool,
    pub(super) orphan: bool,
    pub(super) bar: Bar,
    pub(super) critical: Vec<Bar>,
    /// Since the trace's start.
    pub(super) offset: String,
    pub(super) duration: String,
    pub(super) details: Vec<Pair>,
    pub(super) events: Vec<EventRow>,
    pub(super) logs: Vec<LogRow>,
}

/// A name and its value.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) name: String,
    pub(super) value: String,
}

/// Something that happened within a span.
#[derive(Debug)]
pub(super) struct EventRow {
    pub(super) name: String,
    pub(super) offset: String,
    pub(super) details: Vec<Pair>,
}

/// A log line.
#[derive(Debug)]
pub(super) struct LogRow {
    pub(super) time: Timestamp,
    /// Since the trace's start.
    pub(super) offset: String,
    pub(super) level: String,
    pub(super) message: String,
    pub(super) service: String,
    /// The span that it belongs to.
    pub(super) span_id: Option<String>,
    pub(super) details: Vec<Pair>,
}

/// The first rows of the waterfall.
pub(super) fn spans(
    trace: &Trace,
    waterfall: &Waterfall,
    max: usize,
    room: &mut Room,
) -> Vec<SpanRow> {
    let rows = waterfall.rows.iter().take(max);
    rows.map(|row| span_row(trace, row, waterfall.start_us, room)).collect()
}

fn span_row(trace: &Trace, row: &Row, start_us: i64, room: &mut Room) -> SpanRow {
    let span = &trace.spans[row.span];
    let pair = |name: &str, value: String| Pair { name: name.to_owned(), value };
    let mut details = vec![
        pair("service.name", text::name(&span.service)),
        pair("span id", span.span_id.clone()),
        pair("start", since(row.offset_us)),
    ];
    details.extend(pairs(&span.attributes, room));
    let events = span.events.iter().take(DETAILS_MAX).map(|event| EventRow {
        name: text::name(&event.name),
        offset: since(event.timestamp.unix_micros().abs_diff(start_us)),
        details: pairs(&event.attributes, room),
    });
    let events = events.collect();
    let own = |line: &&LogLine| line.span_id.as_ref() == Some(&span.span_id);
    let lines = trace.logs.iter().filter(own).take(DETAILS_MAX);
    SpanRow {
        span_id: span.span_id.clone(),
        name: text::name(&span.name),
        service: text::name(&span.service),
        depth: row.depth.min(DEPTH_MAX),
        colour: colour::of_service(&span.service, row.service),
        bar_colour: colour::of_bar(span, row.service),
        tag: tag(span),
        failed: is_failed(span),
        orphan: row.orphan,
        bar: row.bar,
        critical: row.critical.clone(),
        offset: since(row.offset_us),
        duration: duration_text(span.duration_us),
        details,
        events,
        logs: lines.map(|line| log_row(line, start_us, room, false)).collect(),
    }
}

fn tag(span: &Span) -> String {
    let role = match span.kind {
        SpanKind::Internal => "",
        SpanKind::Server => "server",
        SpanKind::Client => colour::database(span).unwrap_or("client"),
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
    };
    text::name(role)
}

/// The first log lines of the trace, with their fields.
pub(super) fn logs(trace: &Trace, start_us: i64, max: usize, room: &mut Room) -> Vec<LogRow> {
    trace.logs.iter().take(max).map(|line| log_row(line, start_us, room, true)).collect()
}

fn log_row(line: &LogLine, start_us: i64, room: &mut Room, with_fields: bool) -> LogRow {
    let us = line.timestamp.unix_micros();
    // A trace without spans has no start; a line may come before the first span's.
    let sign = if us < start_us { "-" } else { "+" };
    LogRow {
        time: line.timestamp,
        offset: format!("{sign}{}", duration_text(us.abs_diff(start_us))),
        level: text::name(&line.level),
        message: room.value(&line.message),
        service: text::name(&line.service),
        span_id: line.span_id.clone(),
        details: if with_fields { pairs(&line.fields, room) } else { Vec::new() },
    }
}

fn pairs(attributes: &Attributes, room: &mut Room) -> Vec<Pair> {
    attributes
        .iter()
        .take(DETAILS_MAX)
        .map(|(name, value)| Pair { name: text::name(name), value: room.value(value) })
        .collect()
}

fn since(us: u64) -> String {
    format!("+{}", duration_text(us))
}
