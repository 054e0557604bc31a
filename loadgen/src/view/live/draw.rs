//! Where everything stands on the screen, as far as there is room.

use std::collections::VecDeque;
use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use super::{Outline, numbers, table, trend};
use crate::engine::Tick;
use crate::plan::action::ENDPOINTS;
use crate::report::text::{ms, outcome};
use crate::stats::exemplars::Exemplar;
use crate::stats::share;
use crate::trace;

/// What names other things.
pub(super) const MUTED: Style = Style::new().add_modifier(Modifier::DIM);
/// What stands out.
pub(super) const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);
/// What went wrong.
pub(super) const WRONG: Style = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);

/// Lines of the gap and the name above a list.
const ABOVE: u16 = 2;
/// Lines of the charts at the most.
const TRENDS: u16 = 10;

/// Draws all of it; `failed` are the last traces that failed. Parts that find no room are
/// left out, the least important first.
pub(super) fn draw(
    frame: &mut Frame<'_>,
    outline: &Outline,
    tick: &Tick<'_>,
    failed: &VecDeque<Exemplar>,
) {
    let regions = tick.total.by_region();
    let list = |length: usize| u16::try_from(length).map_or(0, |length| length + ABOVE);
    let mut room = Room(frame.area().height);
    let header = room.take(1, 1);
    let gauge = room.take(1, 1);
    let figures = room.take(1, 1);
    let latency = room.take(numbers::HEIGHT, numbers::HEIGHT);
    let trends = room.take(2, 2);
    let table = if regions.is_empty() { 0 } else { room.take(3, list(regions.len())) };
    let traces = if failed.is_empty() { 0 } else { room.take(3, list(failed.len())) };
    let trends = trends + room.take(1, TRENDS - trends);
    let heights = [header, gauge, figures, latency, trends, table, traces];
    let parts: [Rect; 7] = Layout::vertical(heights.map(Constraint::Length)).areas(frame.area());
    frame.render_widget(title(outline, tick, parts[0].width), parts[0]);
    frame.render_widget(progress(outline, tick, parts[1].width), parts[1]);
    frame.render_widget(sum(tick), parts[2]);
    numbers::draw(frame, below_a_gap(parts[3]), tick);
    trend::draw(frame, below_a_gap(parts[4]), tick.course);
    table::draw(frame, below_a_gap(parts[5]), &regions);
    draw_traces(frame, below_a_gap(parts[6]), failed);
}

/// The lines that are left.
struct Room(u16);

impl Room {
    /// As many as wanted, or as there are; none where they are too few.
    fn take(&mut self, least: u16, wanted: u16) -> u16 {
        let taken = if self.0 < least { 0 } else { self.0.min(wanted) };
        self.0 -= taken;
        taken
    }
}

/// Parts keep one line between each other.
fn below_a_gap(area: Rect) -> Rect {
    let height = area.height.saturating_sub(1);
    Rect { y: area.y + (area.height - height), height, ..area }
}

/// Name, target and mode at the left; time and stage at the right.
fn title(outline: &Outline, tick: &Tick<'_>, width: u16) -> Line<'static> {
    let stage = outline.stages.get(tick.stage).map_or("", |stage| &stage.name);
    let time = match outline.length {
        Some(length) => format!("{} of {}", clock(tick.at), clock(length)),
        None => clock(tick.at),
    };
    let right = if stage.is_empty() { time } else { format!("{stage}  {time}") };
    let left = format!("loadgen {}  {}", outline.mode, outline.target);
    let (left_width, right_width) = (left.chars().count(), right.chars().count());
    let width = usize::from(width);
    if left_width + 2 + right_width > width {
        // Where it goes is known; how far it is is not.
        return Line::from(Span::styled(right, STRONG));
    }
    let gap = " ".repeat(width - left_width - right_width);
    Line::from(vec![Span::raw(left), Span::raw(gap), Span::styled(right, STRONG)])
}

/// `1:05`, `1:00:00`.
fn clock(at: Duration) -> String {
    let seconds = at.as_secs();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// How far it is, as a line that fills.
fn progress(outline: &Outline, tick: &Tick<'_>, width: u16) -> Line<'static> {
    let share =
        outline.length.map_or(0.0, |length| tick.at.as_secs_f64() / length.as_secs_f64().max(1e-3));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most as many columns as there are"
    )]
    let done = (share.clamp(0.0, 1.0) * f64::from(width)).round() as usize;
    Line::from(vec![
        Span::styled("━".repeat(done), Style::new().fg(Color::Cyan)),
        Span::styled("─".repeat(usize::from(width) - done), MUTED),
    ])
}

/// The last second's figures, and what went wrong in the whole run.
fn sum(tick: &Tick<'_>) -> Line<'static> {
    let total = tick.total;
    let bad = share(total.total.bad, total.requests());
    let alarm = |is_bad: bool| if is_bad { WRONG } else { STRONG };
    let mut spans = Vec::new();
    let mut tell = |name: &'static str, value: String, style| {
        if !spans.is_empty() {
            spans.push(Span::raw("  "));
        }
        spans.push(Span::styled(name, MUTED));
        spans.push(Span::styled(value, style));
    };
    tell("req/s ", format!("{:.1}", tick.point.rate), STRONG);
    tell("errors ", format!("{:.2} %", 100.0 * tick.point.bad), alarm(tick.point.bad > 0.0));
    tell("in all ", format!("{:.2} %", 100.0 * bad), alarm(bad > 0.0));
    tell("slip p99 ", ms(tick.point.slip_p99), STRONG);
    tell("not sent ", total.dropped.to_string(), alarm(total.dropped > 0));
    Line::from(spans)
}

/// The last traces that failed, the newest first.
fn draw_traces(frame: &mut Frame<'_>, area: Rect, failed: &VecDeque<Exemplar>) {
    let [name, rows] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
    frame.render_widget(Span::styled("last failed traces", MUTED), name);
    for (row, exemplar) in rows.rows().zip(failed.iter().rev()) {
        let endpoint = ENDPOINTS[usize::from(exemplar.endpoint)];
        let line = format!(
            "{}  {:>8}  {}  {endpoint}",
            trace::trace_id(exemplar.trace_id),
            ms(exemplar.latency),
            outcome(exemplar.outcome),
        );
        frame.render_widget(Span::raw(line), row);
    }
}

#[cfg(test)]
mod tests;
