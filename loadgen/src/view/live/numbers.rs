//! Latency in figures.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::Text;
use ratatui::widgets::{Row, Table};

use super::draw::{MUTED, STRONG};
use crate::engine::Tick;
use crate::histogram::Histogram;
use crate::report::text::ms;

/// Lines that it takes, with the gap above.
pub(super) const HEIGHT: u16 = 5;

/// What is told of each.
const SHARES: &[(f64, &str)] =
    &[(0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (0.999, "p99.9"), (1.0, "max")];
/// What is told where there is little room.
const FEW: &[(f64, &str)] = &[(0.5, "p50"), (0.99, "p99")];
/// Columns that all of it takes.
const WIDTH: u16 = 76;

/// Draws the last second's and the whole run's.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, tick: &Tick<'_>) {
    let (recent, total) = (&tick.recent.total, &tick.total.total);
    let shares = if area.width < WIDTH { FEW } else { SHARES };
    let rows = [
        row("last second", &recent.latency, shares).style(STRONG),
        row("whole run", &total.latency, shares),
        row("  service time", &total.service, shares),
    ];
    let mut header = vec![Text::raw("latency")];
    header.extend(shares.iter().map(|(_, name)| Text::raw(*name).right_aligned()));
    header.push(Text::raw("requests").right_aligned());
    let mut widths = vec![Constraint::Length(16)];
    widths.extend(vec![Constraint::Length(9); shares.len() + 1]);
    frame.render_widget(Table::new(rows, widths).header(Row::new(header).style(MUTED)), area);
}

fn row(name: &'static str, histogram: &Histogram, shares: &[(f64, &str)]) -> Row<'static> {
    let mut cells = vec![Text::raw(name)];
    let value = |(share, _): &(f64, &str)| {
        // Nothing was measured, which is not the same as no time at all.
        let text = match histogram.count() {
            0 => "–".to_owned(),
            _ => ms(histogram.quantile(*share)),
        };
        Text::raw(text).right_aligned()
    };
    cells.extend(shares.iter().map(value));
    cells.push(Text::raw(histogram.count().to_string()).right_aligned());
    Row::new(cells)
}
