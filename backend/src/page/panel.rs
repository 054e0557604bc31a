//! The trace panel as its template shows it: on the page, as a fragment of it and on a
//! page of its own.

mod colour;
mod rows;
mod text;
mod tiers;

use api_types::trace::{Span, SpanStatus, Trace};
use api_types::waterfall::{self, Waterfall, duration_text};
use api_types::{Timestamp, routes};
use askama::Template;

use crate::traces::Missing;
use rows::{LogRow, SpanRow};
use text::Room;
use tiers::{Ribbon, Share, Tier};

/// Rows of the waterfall at the most; a trace may hold more.
const ROWS_MAX: usize = 300;
/// Log lines at the most.
const LOGS_MAX: usize = 300;

/// What the panel can say about its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// No trace is on show.
    Idle,
    /// Spans are awaited.
    Loading,
    /// All that can be expected is here.
    Complete,
    /// Something did not arrive in time.
    Partial,
    /// Nothing arrived.
    Absent,
    /// Nothing will arrive.
    Unsampled,
}

/// The panel.
#[derive(Debug, Template)]
#[template(path = "trace.html")]
pub(crate) struct Panel {
    state: State,
    trace_id: String,
    missing: Vec<String>,
    /// Stores that did not answer, by the names of their programs.
    unavailable: Vec<&'static str>,
    /// The trace in Grafana.
    explore: Option<String>,
    shown: Option<Shown>,
}

/// A trace that is on show.
#[derive(Debug)]
struct Shown {
    name: String,
    started: Timestamp,
    duration: String,
    spans: usize,
    errors: usize,
    tiers: Vec<Tier>,
    ribbon: Vec<Ribbon>,
    shares: Vec<Share>,
    ticks: Vec<String>,
    rows: Vec<SpanRow>,
    logs: Vec<LogRow>,
    all_logs: usize,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Loading => "loading",
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Absent => "absent",
            Self::Unsampled => "unsampled",
        }
    }

    /// What the panel calls it.
    const fn label(self) -> Option<&'static str> {
        match self {
            Self::Idle | Self::Loading => None,
            Self::Complete => Some("complete"),
            Self::Partial => Some("incomplete"),
            Self::Absent => Some("not found"),
            Self::Unsampled => Some("not sampled"),
        }
    }
}

impl Panel {
    /// A panel before the first trace.
    pub(crate) fn idle() -> Self {
        Self::without_spans(State::Idle, String::new(), &[])
    }

    /// A trace of which nothing is here; `unavailable` stores may know more.
    pub(crate) fn without_spans(state: State, trace_id: String, unavailable: &[String]) -> Self {
        let unavailable = programs(unavailable);
        Self { state, trace_id, missing: Vec::new(), unavailable, explore: None, shown: None }
    }

    /// 32 hexadecimal digits; none while the panel is idle.
    pub(crate) fn trace_id(&self) -> &str {
        &self.trace_id
    }

    /// Whether a trace is on show.
    pub(crate) fn is_shown(&self) -> bool {
        self.shown.is_some()
    }

    /// A trace as far as it is known. `explore` makes its link from the times of its
    /// start and its end, in microseconds since the Unix epoch.
    pub(crate) fn of(
        state: State,
        trace: &Trace,
        missing: Missing,
        explore: impl FnOnce(i64, i64) -> Option<String>,
    ) -> Self {
        let waterfall = waterfall::layout(&trace.spans);
        let end_us = waterfall.start_us.saturating_add_unsigned(waterfall.duration_us);
        Self {
            state,
            trace_id: trace.trace_id.clone(),
            missing: sentences(missing),
            unavailable: programs(&trace.unavailable),
            explore: explore(waterfall.start_us, end_us),
            shown: Some(Shown::new(trace, &waterfall)),
        }
    }
}

impl Shown {
    fn new(trace: &Trace, waterfall: &Waterfall) -> Self {
        let spans = &trace.spans;
        // Log lines without any span are counted from the first of them.
        let start_us = match (spans.as_slice(), trace.logs.first()) {
            ([], Some(line)) => line.timestamp.unix_micros(),
            _ => waterfall.start_us,
        };
        let first = waterfall.rows.first().map(|row| &spans[row.span]);
        let mut room = Room::default();
        Self {
            name: first.map_or_else(|| "log lines alone".to_owned(), |span| text::name(&span.name)),
            started: Timestamp::from_unix_micros(start_us),
            duration: duration_text(waterfall.duration_us),
            spans: spans.len(),
            errors: spans.iter().filter(|span| is_failed(span)).count(),
            tiers: tiers::passed(spans),
            ribbon: tiers::ribbon(spans, waterfall),
            shares: tiers::shares(spans, waterfall),
            ticks: (0..=4).map(|step| duration_text(waterfall.duration_us / 4 * step)).collect(),
            rows: rows::spans(trace, waterfall, ROWS_MAX, &mut room),
            logs: rows::logs(trace, start_us, LOGS_MAX, &mut room),
            all_logs: trace.logs.len(),
        }
    }

    fn hidden_rows(&self) -> usize {
        self.spans - self.rows.len()
    }
}

/// The programs behind the names that the API gives to stores.
fn programs(stores: &[String]) -> Vec<&'static str> {
    let program = |store: &String| match store.as_str() {
        "tempo" => "Tempo",
        "loki" => "Loki",
        _ => "a store",
    };
    stores.iter().map(program).collect()
}

/// What is missing, each in words that follow "not arrived:".
fn sentences(missing: Missing) -> Vec<String> {
    let mut sentences = Vec::new();
    let counted = |count: usize, one: &str, many: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    };
    if missing.expected {
        sentences.push("the browser's span of the action".to_owned());
    }
    if missing.parents > 0 {
        let children = counted(missing.parents, "span hangs", "spans hang");
        sentences.push(format!("the parent that {children} on"));
    }
    if missing.servers > 0 {
        let requests = counted(missing.servers, "answered request", "answered requests");
        sentences.push(format!("the server's side of {requests}"));
    }
    if missing.root {
        sentences.push("the one root that holds all together".to_owned());
    }
    sentences
}

fn is_failed(span: &Span) -> bool {
    span.status == SpanStatus::Error
}
