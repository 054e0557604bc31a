//! What a trace had to wait for: shorten any part of it and the whole gets shorter.
//!
//! The definition is the one of Jaeger and of Uber's CRISP ("CRISP: Critical Path
//! Analysis of Large-Scale Microservice Architectures", USENIX ATC 2022): walk back from
//! the end of the root through the child that ended last, and go on before its start
//! with the child that ended last until then. It differs where a child outlives its
//! parent: there they cut the child off, here the path begins with it. The page's load
//! outlives the server's span that it hangs on, and is what the person waited for.

use crate::trace::Span;
use crate::tree::Tree;

/// A stretch of time that one span spent on the critical path by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Index into the spans of the trace.
    pub span: usize,
    /// When it began, in microseconds since the Unix epoch.
    pub start_us: i64,
    /// When it ended, in microseconds since the Unix epoch.
    pub end_us: i64,
}

impl Segment {
    /// How long it took, in microseconds.
    #[must_use]
    pub fn duration_us(&self) -> u64 {
        self.end_us.abs_diff(self.start_us)
    }
}

/// The critical path through `spans`, in the order of time. Segments do not overlap;
/// between two of them no span of the path ran.
#[must_use]
pub fn critical_path(spans: &[Span]) -> Vec<Segment> {
    find(spans, &Tree::of(spans))
}

/// From the earliest start to the latest end of a span and of all below it.
#[derive(Clone, Copy)]
struct Extent {
    start_us: i64,
    end_us: i64,
}

/// A span whose time is being walked back through; none for the trace itself.
struct Frame {
    span: Option<usize>,
    /// Not yet looked at, the last-ending one at the end.
    children: Vec<usize>,
    /// What lies behind is explained.
    cursor_us: i64,
}

pub(crate) fn find(spans: &[Span], tree: &Tree) -> Vec<Segment> {
    let mut extents: Vec<_> = spans
        .iter()
        .map(|span| Extent { start_us: span.start_us(), end_us: span.end_us() })
        .collect();
    for at in tree.order.iter().rev() {
        for child in &tree.children[*at] {
            let child = extents[*child];
            let own = &mut extents[*at];
            own.start_us = own.start_us.min(child.start_us);
            own.end_us = own.end_us.max(child.end_us);
        }
    }
    // Of those that end together the longest counts.
    let by_end = |list: &[usize]| {
        let mut list = list.to_vec();
        list.sort_by_key(|at| (extents[*at].end_us, std::cmp::Reverse(extents[*at].start_us)));
        list
    };

    let mut path = Vec::new();
    let mut spend = |span: Option<usize>, from_us: i64, to_us: i64| {
        let Some(at) = span else { return };
        let (start_us, end_us) = (from_us.max(spans[at].start_us()), to_us.min(spans[at].end_us()));
        if start_us < end_us {
            path.push(Segment { span: at, start_us, end_us });
        }
    };
    let mut stack = vec![Frame { span: None, children: by_end(&tree.tops), cursor_us: i64::MAX }];
    while let Some(frame) = stack.last_mut() {
        if let Some(child) = frame.children.pop() {
            let extent = extents[child];
            // One that ends later ran beside what is explained already.
            if extent.end_us <= frame.cursor_us {
                spend(frame.span, extent.end_us, frame.cursor_us);
                frame.cursor_us = extent.start_us;
                let children = by_end(&tree.children[child]);
                stack.push(Frame { span: Some(child), children, cursor_us: extent.end_us });
            }
        } else {
            spend(frame.span, i64::MIN, frame.cursor_us);
            stack.pop();
        }
    }
    path.sort_by_key(|segment| segment.start_us);
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tests::span;

    /// Names with start and end.
    fn path(spans: &[Span]) -> Vec<(&str, i64, i64)> {
        critical_path(spans)
            .into_iter()
            .map(|part| (spans[part.span].name.as_str(), part.start_us, part.end_us))
            .collect()
    }

    #[test]
    fn it_goes_back_through_the_child_that_ended_last() {
        // Two calls one after the other, and a third beside the second that ends earlier.
        let spans = [
            span("root", None, "api", 0, 100),
            span("first", Some("root"), "api", 10, 20),
            span("second", Some("root"), "api", 40, 50),
            span("beside", Some("root"), "api", 40, 30),
            span("leaf", Some("second"), "db", 60, 25),
        ];
        assert_eq!(
            path(&spans),
            [
                ("root", 0, 10),
                ("first", 10, 30),
                ("root", 30, 40),
                ("second", 40, 60),
                ("leaf", 60, 85),
                ("second", 85, 90),
                ("root", 90, 100),
            ]
        );
    }

    #[test]
    fn of_overlapping_children_the_earlier_ending_one_is_hidden() {
        let spans = [
            span("root", None, "api", 0, 100),
            span("long", Some("root"), "api", 5, 60),
            span("last", Some("root"), "api", 50, 40),
        ];
        assert_eq!(path(&spans), [("root", 0, 50), ("last", 50, 90), ("root", 90, 100)]);
    }

    #[test]
    fn what_outlives_its_parent_is_not_cut_off() {
        let spans = [
            span("page", None, "api", 100, 10),
            span("query", Some("page"), "api", 102, 5),
            span("load", Some("page"), "browser", 90, 110),
        ];
        assert_eq!(path(&spans), [("load", 90, 200)]);
    }

    #[test]
    fn time_between_spans_is_nobodys() {
        let spans = [span("root", None, "api", 0, 10), span("later", Some("root"), "api", 50, 10)];
        assert_eq!(path(&spans), [("root", 0, 10), ("later", 50, 60)]);
    }

    #[test]
    fn faulty_traces_have_one_too() {
        assert_eq!(path(&[]), []);
        let ring = [span("a", Some("b"), "api", 0, 10), span("b", Some("a"), "api", 2, 5)];
        assert_eq!(path(&ring), [("a", 0, 2), ("b", 2, 7), ("a", 7, 10)]);
        let orphans = [span("a", Some("x"), "api", 0, 10), span("b", Some("y"), "api", 20, 10)];
        assert_eq!(path(&orphans), [("a", 0, 10), ("b", 20, 30)]);
    }

    #[test]
    fn a_deep_chain_is_walked_without_recursion() {
        let name = |at: usize| format!("s{at}");
        let spans: Vec<_> = (0..20_000_usize)
            .map(|at| {
                let parent = at.checked_sub(1).map(name);
                span(&name(at), parent.as_deref(), "api", 0, 10)
            })
            .collect();
        let deepest = spans.len() - 1;
        assert_eq!(critical_path(&spans), [Segment { span: deepest, start_us: 0, end_us: 10 }]);
    }
}
