//! The regions in figures.

use std::collections::BTreeMap;

use api_types::synthetic::REGIONS;
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::style::Style;
use ratatui::text::Text;
use ratatui::widgets::{Row, Table};

use super::draw::{MUTED, WRONG};
use crate::report::text::ms;
use crate::stats::CellStats;

/// Draws a line per region; the last ones are left out where there are too few.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, regions: &BTreeMap<u8, CellStats>) {
    let header = ["requests", "errors", "p50", "p99", "p99 with way"]
        .map(|name| Text::raw(name).right_aligned());
    let header = std::iter::once(Text::raw("region")).chain(header);
    let widths = [16, 9, 7, 9, 9, 13].map(Constraint::Length);
    let rows = regions.iter().map(|(region, stats)| row(*region, stats));
    frame.render_widget(Table::new(rows, widths).header(Row::new(header).style(MUTED)), area);
}

fn row(region: u8, stats: &CellStats) -> Row<'static> {
    let right = |text: String| Text::raw(text).right_aligned();
    let errors = if stats.bad > 0 { WRONG } else { Style::new() };
    Row::new([
        Text::raw(REGIONS[usize::from(region)]),
        right(stats.latency.count().to_string()),
        right(stats.bad.to_string()).style(errors),
        right(ms(stats.latency.quantile(0.5))),
        right(ms(stats.latency.quantile(0.99))),
        right(ms(stats.experienced.quantile(0.99))),
    ])
}
