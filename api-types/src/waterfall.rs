//! The layout of a trace: which row a span stands on and where its bar begins and
//! ends. The server's pages and the browser draw from the same numbers.

use crate::decimal;
use crate::trace::Span;

/// The width of the drawing area that [`Row::left`] and [`Row::width`] are parts of.
pub const SCALE: u32 = 10_000;

/// A laid-out trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waterfall {
    /// Rows from top to bottom: depth first, children in the order of their start.
    pub rows: Vec<Row>,
    /// Service names in the order of their first row; a row's colour is an index here.
    pub services: Vec<String>,
    /// From the earliest start to the latest end, in microseconds.
    pub duration_us: u64,
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
    /// Where the bar begins, in parts of [`SCALE`].
    pub left: u32,
    /// How long the bar is, in parts of [`SCALE`]; at least 1.
    pub width: u32,
    /// Its parent is named but missing.
    pub orphan: bool,
}

/// What the layout needs to know of a span.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    /// The span's id.
    pub span_id: &'a str,
    /// The parent's id; none for a root.
    pub parent: Option<&'a str>,
    /// The service that recorded it.
    pub service: &'a str,
    /// When it started, in microseconds since the Unix epoch.
    pub start_us: i64,
    /// How long it took, in microseconds.
    pub duration_us: u64,
}

/// Lays `spans` out. Roots and orphans stand at depth 0; a span whose ancestors form
/// a ring (only a faulty client sends one) stands there too, so that none is lost.
#[must_use]
pub fn layout(spans: &[Span]) -> Waterfall {
    let nodes: Vec<Node<'_>> = spans
        .iter()
        .map(|span| Node {
            span_id: &span.span_id,
            parent: span.parent_span_id.as_deref(),
            service: &span.service,
            start_us: span.start_time.unix_micros(),
            duration_us: span.duration_us,
        })
        .collect();
    layout_nodes(&nodes)
}

/// Lays out spans of which only this much is known.
#[must_use]
pub fn layout_nodes(nodes: &[Node<'_>]) -> Waterfall {
    let start = nodes.iter().map(|node| node.start_us).min().unwrap_or(0);
    let end = nodes.iter().map(Node::end_us).max().unwrap_or(0);
    let mut waterfall =
        Waterfall { rows: Vec::new(), services: Vec::new(), duration_us: end.abs_diff(start) };

    let by_id = sorted(nodes.len(), &|a, b| (nodes[a].span_id, a) > (nodes[b].span_id, b));
    let by_start = sorted(nodes.len(), &|a, b| (nodes[a].start_us, a) > (nodes[b].start_us, b));

    // A parent's children form a chain, the latest first: the stack below turns it round.
    // The chain of the tops hangs on a link of its own, behind the nodes'.
    let tops = nodes.len();
    let mut links = vec![Link::default(); tops + 1];
    for at in by_start {
        let found = nodes[at]
            .parent
            .map(|parent| by_id.binary_search_by(|other| nodes[*other].span_id.cmp(parent)));
        let parent = match found {
            Some(Ok(found)) => by_id[found],
            _ => tops,
        };
        links[at].previous_sibling = links[parent].latest_child.replace(at);
    }

    // Members of a ring hang on no top: whoever is left over starts anew.
    let mut stack = Vec::new();
    let mut child = links[tops].latest_child;
    while let Some(at) = child {
        stack.push((at, 0));
        child = links[at].previous_sibling;
    }
    for left_over in 0..=tops {
        if left_over > 0 {
            stack.push((left_over - 1, 0));
        }
        while let Some((at, depth)) = stack.pop() {
            if std::mem::replace(&mut links[at].placed, true) {
                continue;
            }
            let node = &nodes[at];
            let offset_us = node.start_us.abs_diff(start);
            let (left, width) = bar(offset_us, node.duration_us, waterfall.duration_us);
            let service = waterfall.service(node.service);
            waterfall.rows.push(Row {
                span: at,
                depth,
                service,
                offset_us,
                left,
                width,
                orphan: depth == 0 && node.parent.is_some(),
            });
            let mut child = links[at].latest_child;
            while let Some(at) = child {
                stack.push((at, depth + 1));
                child = links[at].previous_sibling;
            }
        }
    }
    waterfall
}

/// How a node hangs together with others.
#[derive(Clone, Copy, Default)]
struct Link {
    latest_child: Option<usize>,
    previous_sibling: Option<usize>,
    placed: bool,
}

/// The indices below `count` in the order that `is_after` tells, by Shell's sort. Spans
/// arrive almost sorted, and the browser has this code too: the standard sorts and maps
/// are ten times as large.
fn sorted(count: usize, is_after: &dyn Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut order = Vec::with_capacity(count);
    for at in 0..count {
        order.push(at);
    }
    // Knuth's gaps: 1, 4, 13, 40, …
    let mut gap = 1;
    while gap < count / 3 {
        gap = 3 * gap + 1;
    }
    while gap > 0 {
        for from in gap..count {
            let mut to = from;
            while to >= gap && is_after(order[to - gap], order[to]) {
                order.swap(to - gap, to);
                to -= gap;
            }
        }
        gap /= 3;
    }
    order
}

impl Node<'_> {
    fn end_us(&self) -> i64 {
        self.start_us.saturating_add_unsigned(self.duration_us)
    }
}

impl Waterfall {
    fn service(&mut self, name: &str) -> usize {
        self.services.iter().position(|known| known == name).unwrap_or_else(|| {
            self.services.push(name.to_owned());
            self.services.len() - 1
        })
    }
}

/// `left` and `width` of a bar that stays inside the drawing area.
fn bar(offset_us: u64, span_us: u64, total_us: u64) -> (u32, u32) {
    // So that the product stays within 64 bits; what is lost is no part of a pixel.
    let excess = 14_u32.saturating_sub(total_us.leading_zeros());
    let total = (total_us >> excess).max(1);
    let part = |us: u64| {
        let scaled = (us.min(total_us) >> excess) * u64::from(SCALE) / total;
        u32::try_from(scaled).unwrap_or(SCALE).min(SCALE)
    };
    let left = part(offset_us).min(SCALE - 1);
    (left, part(span_us).clamp(1, SCALE - left))
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
    use std::collections::BTreeMap;

    use super::*;
    use crate::Timestamp;
    use crate::trace::{SpanKind, SpanStatus, is_connected};

    fn span(id: &str, parent: Option<&str>, service: &str, start: i64, duration_us: u64) -> Span {
        Span {
            span_id: id.into(),
            parent_span_id: parent.map(Into::into),
            service: service.into(),
            name: id.into(),
            kind: SpanKind::Internal,
            start_time: Timestamp::from_unix_micros(start),
            duration_us,
            status: SpanStatus::Unset,
            attributes: BTreeMap::new(),
            events: Vec::new(),
        }
    }

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
        assert_eq!((late.offset_us, late.left, late.width), (500, 5000, 2000));
        assert!(is_connected(&spans));
    }

    #[test]
    fn any_order_is_sorted() {
        let mut state = 1_u32;
        let values: Vec<u32> = (0..1000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state >> 20
            })
            .collect();
        let order = sorted(values.len(), &|a, b| (values[a], a) > (values[b], b));
        let mut expected: Vec<usize> = (0..values.len()).collect();
        expected.sort_by_key(|at| values[*at]);
        assert_eq!(order, expected);
        assert!(sorted(0, &|_, _| true).is_empty());
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
            assert!(row.width >= 1 && row.left + row.width <= SCALE);
        }
        assert_eq!(bar(u64::MAX / 4, u64::MAX / 2, u64::MAX), (2499, 4999));
        assert_eq!(layout(&[]).rows, []);
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(duration_text(870), "870 µs");
        assert_eq!(duration_text(12_345), "12.3 ms");
        assert_eq!(duration_text(1_250_000), "1.25 s");
    }
}
