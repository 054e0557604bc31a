//! The layout of a trace: which row a span stands on, where its bar begins and ends, and
//! which part of it the trace had to wait for.

use crate::critical_path::{self, Segment};
use crate::decimal;
use crate::trace::Span;
use crate::tree::Tree;

/// The width of the drawing area that [`Bar::left`] and [`Bar::width`] are parts of.
pub const SCALE: u32 = 10_000;

/// A laid-out trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waterfall {
    /// Rows from top to bottom: depth first, children in the order of their start.
    pub rows: Vec<Row>,
    /// Service names in the order of their first row; a row's colour is an index here.
    pub services: Vec<String>,
    /// The earliest start, in microseconds since the Unix epoch.
    pub start_us: i64,
    /// From the earliest start to the latest end, in microseconds.
    pub duration_us: u64,
    /// What the trace had to wait for, in the order of time.
    pub critical: Vec<Segment>,
}

/// One span's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Index into the spans that were laid out.
    pub span: usize,
    /// How many ancestors it has.
    pub depth: usize,
    /// Index into [`Waterfall::services`].
    pub service: usize,
    /// From the trace's start to the span's, in microseconds.
    pub offset_us: u64,
    /// The span's bar.
    pub bar: Bar,
    /// Its parent is named but missing.
    pub orphan: bool,
    /// The parts of the bar that lie on the critical path.
    pub critical: Vec<Bar>,
}

/// A part of the drawing area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Where it begins, in parts of [`SCALE`].
    pub left: u32,
    /// How long it is, in parts of [`SCALE`]; at least 1.
    pub width: u32,
}

/// Lays `spans` out. Roots and orphans stand at depth 0; a span whose ancestors form
/// a ring stands there too, so that none is lost.
#[must_use]
pub fn layout(spans: &[Span]) -> Waterfall {
    let tree = Tree::of(spans);
    let start_us = spans.iter().map(Span::start_us).min().unwrap_or(0);
    let end_us = spans.iter().map(Span::end_us).max().unwrap_or(0);
    let duration_us = end_us.abs_diff(start_us);
    let mut waterfall = Waterfall {
        rows: Vec::with_capacity(spans.len()),
        services: Vec::new(),
        start_us,
        duration_us,
        critical: critical_path::find(spans, &tree),
    };
    let mut depths = vec![0; spans.len()];
    let mut row_of = vec![0; spans.len()];
    for at in tree.order {
        let span = &spans[at];
        let depth = depths[at];
        for child in &tree.children[at] {
            depths[*child] = depth + 1;
        }
        row_of[at] = waterfall.rows.len();
        let service = waterfall.service(&span.service);
        let offset_us = span.start_us().abs_diff(start_us);
        waterfall.rows.push(Row {
            span: at,
            depth,
            service,
            offset_us,
            bar: bar(offset_us, span.duration_us, duration_us),
            orphan: depth == 0 && span.parent_span_id.is_some(),
            critical: Vec::new(),
        });
    }
    for segment in &waterfall.critical {
        let part =
            bar(segment.start_us.abs_diff(start_us), segment.duration_us(), waterfall.duration_us);
        waterfall.rows[row_of[segment.span]].critical.push(part);
    }
    waterfall
}

impl Waterfall {
    fn service(&mut self, name: &str) -> usize {
        self.services.iter().position(|known| known == name).unwrap_or_else(|| {
            self.services.push(name.to_owned());
            self.services.len() - 1
        })
    }
}

/// A bar that stays inside the drawing area.
fn bar(offset_us: u64, span_us: u64, total_us: u64) -> Bar {
    // So that the product stays within 64 bits; what is lost is no part of a pixel.
    let excess = 14_u32.saturating_sub(total_us.leading_zeros());
    let total = (total_us >> excess).max(1);
    let part = |us: u64| {
        let scaled = (us.min(total_us) >> excess) * u64::from(SCALE) / total;
        u32::try_from(scaled).unwrap_or(SCALE).min(SCALE)
    };
    let left = part(offset_us).min(SCALE - 1);
    Bar { left, width: part(span_us).clamp(1, SCALE - left) }
}

/// A duration as people read it: `870 µs`, `12.3 ms`, `1.25 s`.
#[must_use]
pub fn duration_text(us: u64) -> String {
    let (whole, fraction, digits, unit) = match us {
        0..1_000 => (us, 0, 0, " µs"),
        1_000..1_000_000 => (us / 1_000, us % 1_000 / 100, 1, " ms"),
        _ => (us / 1_000_000, us % 1_000_000 / 10_000, 2, " s"),
    };
    let mut text = decimal::text(whole);
    if digits > 0 {
        text.push('.');
        decimal::push_padded(&mut text, fraction, digits);
    }
    text.push_str(unit);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::is_connected;
    use crate::trace::tests::span;

    #[test]
    fn children_follow_their_parents_in_order_of_start() {
        let spans = [
            span("late", Some("root"), "api", 600, 200),
            span("leaf", Some("early"), "api", 200, 100),
            span("root", None, "browser", 100, 1000),
            span("early", Some("root"), "api", 150, 200),
        ];
        let waterfall = layout(&spans);
        let order: Vec<_> =
            waterfall.rows.iter().map(|row| (spans[row.span].name.as_str(), row.depth)).collect();
        assert_eq!(order, [("root", 0), ("early", 1), ("leaf", 2), ("late", 1)]);
        assert_eq!(waterfall.services, ["browser", "api"]);
        assert_eq!(waterfall.duration_us, 1000);
        let late = &waterfall.rows[3];
        assert_eq!((late.offset_us, late.bar), (500, Bar { left: 5000, width: 2000 }));
        assert!(is_connected(&spans));
    }

    #[test]
    fn the_critical_part_of_a_bar_is_told() {
        let spans = [
            span("root", None, "browser", 0, 1000),
            span("call", Some("root"), "api", 100, 500),
            span("beside", Some("root"), "api", 200, 100),
        ];
        let rows = layout(&spans).rows;
        let part = |left, width| Bar { left, width };
        assert_eq!(rows[0].critical, [part(0, 1000), part(6000, 4000)]);
        assert_eq!(rows[1].critical, [part(1000, 5000)]);
        assert_eq!(rows[2].critical, []);
    }

    #[test]
    fn orphans_and_rings_stay_visible() {
        let spans = [
            span("orphan", Some("lost"), "api", 0, 10),
            span("a", Some("b"), "api", 0, 10),
            span("b", Some("a"), "api", 0, 10),
        ];
        let waterfall = layout(&spans);
        assert_eq!(waterfall.rows.len(), 3);
        assert!(waterfall.rows[0].orphan);
        assert!(!is_connected(&spans));
    }

    #[test]
    fn bars_stay_inside_the_area() {
        let spans =
            [span("root", None, "api", 0, 0), span("far", Some("root"), "api", i64::MAX, u64::MAX)];
        for row in layout(&spans).rows {
            let Bar { left, width } = row.bar;
            assert!(width >= 1 && left + width <= SCALE);
        }
        assert_eq!(bar(u64::MAX / 4, u64::MAX / 2, u64::MAX), Bar { left: 2499, width: 4999 });
        assert_eq!(layout(&[]).rows, []);
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(duration_text(870), "870 µs");
        assert_eq!(duration_text(12_345), "12.3 ms");
        assert_eq!(duration_text(1_250_000), "1.25 s");
    }
}
