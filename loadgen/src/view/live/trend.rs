//! Rate and p99 over the whole run.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Style};
use ratatui::text::Span;
use ratatui::widgets::Sparkline;

use super::draw::MUTED;
use crate::report::text::ms;
use crate::stats::Point;

/// Draws both, side by side.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, course: &[Point]) {
    let halves = Layout::horizontal([Constraint::Fill(1); 2]).spacing(3);
    let [left, right] = halves.areas(area);
    let rate = course.iter().map(|point| point.rate).fold(0.0, f64::max);
    let p99 = course.iter().map(|point| point.p99).max().unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate is neither negative nor beyond 2^64"
    )]
    let rates = course.iter().map(|point| point.rate.round() as u64);
    spark(frame, left, format!("req/s up to {rate:.1}"), rates, Color::Cyan);
    let latencies =
        course.iter().map(|point| u64::try_from(point.p99.as_micros()).unwrap_or(u64::MAX));
    spark(frame, right, format!("p99 up to {}", ms(p99)), latencies, Color::Yellow);
}

fn spark(
    frame: &mut Frame<'_>,
    area: Rect,
    title: String,
    values: impl ExactSizeIterator<Item = u64>,
    color: Color,
) {
    let width = u16::try_from(title.chars().count()).unwrap_or(u16::MAX);
    // One line is enough for both, side by side.
    let [name, bars] = if area.height > 1 {
        Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area)
    } else {
        let parts = [Constraint::Length(width), Constraint::Fill(1)];
        Layout::horizontal(parts).spacing(1).areas(area)
    };
    frame.render_widget(Span::styled(title, MUTED), name);
    let bars_style = Style::new().fg(color);
    let data = squeezed(values, usize::from(bars.width));
    frame.render_widget(Sparkline::default().data(data).style(bars_style), bars);
}

/// At most as many values as there are columns: each the greatest of its share.
fn squeezed(values: impl ExactSizeIterator<Item = u64>, columns: usize) -> Vec<u64> {
    let share = values.len().div_ceil(columns.max(1)).max(1);
    let values: Vec<_> = values.collect();
    values.chunks(share).map(|chunk| chunk.iter().copied().max().unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_survive() {
        let values: Vec<u64> = vec![1, 9, 2, 3, 4];
        assert_eq!(squeezed(values.iter().copied(), 10), values);
        assert_eq!(squeezed(values.iter().copied(), 3), [9, 3, 4]);
        assert_eq!(squeezed(values.iter().copied(), 0), [9]);
    }
}
