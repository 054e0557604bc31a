//! What of a trace has not arrived yet, as far as its spans tell.

use std::collections::HashSet;

use api_types::AttributeValue;
use api_types::trace::{Span, SpanKind, SpanStatus, Trace, orphans};

/// The browser's `service.name`.
const BROWSER: &str = "task-frontend";

/// Parts that are known to exist and are not here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// The span that makes the trace worth looking at, the root of an action for one.
    pub expected: bool,
    /// Spans that others name as their parents.
    pub parents: usize,
    /// Servers' spans below answered requests of the browser.
    pub servers: usize,
    /// Every span has a parent, or several have none.
    pub root: bool,
}

impl Missing {
    /// Looks `trace` through; `expected` is the id of a span that it should hold.
    #[must_use]
    pub fn of(trace: &Trace, expected: Option<&str>) -> Self {
        let spans = &trace.spans;
        let roots = spans.iter().filter(|span| span.parent_span_id.is_none()).count();
        let is_here = |id: &str| spans.iter().any(|span| span.span_id == id);
        let served: HashSet<&str> = spans
            .iter()
            .filter(|span| span.kind == SpanKind::Server)
            .filter_map(|span| span.parent_span_id.as_deref())
            .collect();
        let unserved = |span: &&Span| was_answered(span) && !served.contains(span.span_id.as_str());
        let parents = orphans(spans);
        Self {
            expected: expected.is_some_and(|id| !is_here(id)),
            parents,
            servers: spans.iter().filter(unserved).count(),
            root: roots != 1 && parents == 0,
        }
    }

    /// Whether nothing is.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// A request of the browser that a server must have seen: one whose connection failed
/// may never have got that far.
fn was_answered(span: &Span) -> bool {
    let status = span.attributes.get("http.response.status_code");
    span.service == BROWSER
        && span.kind == SpanKind::Client
        && (matches!(status, Some(AttributeValue::Int(_))) || span.status != SpanStatus::Error)
}

#[cfg(test)]
mod tests {
    use api_types::Timestamp;
    use api_types::trace::is_connected;

    use super::*;

    fn span(id: &str, parent: Option<&str>, service: &str, kind: SpanKind) -> Span {
        Span {
            span_id: id.into(),
            parent_span_id: parent.map(Into::into),
            service: service.into(),
            name: id.into(),
            kind,
            start_time: Timestamp::from_unix_micros(0),
            duration_us: 100,
            status: SpanStatus::Unset,
            attributes: std::collections::BTreeMap::new(),
            events: Vec::new(),
        }
    }

    fn click() -> [Span; 3] {
        [
            span("a", None, BROWSER, SpanKind::Internal),
            span("b", Some("a"), BROWSER, SpanKind::Client),
            span("c", Some("b"), "task-backend", SpanKind::Server),
        ]
    }

    fn missing(spans: &[Span], expected: Option<&str>) -> Missing {
        let trace = Trace {
            trace_id: String::new(),
            spans: spans.to_vec(),
            logs: Vec::new(),
            complete: is_connected(spans),
            sources: Vec::new(),
            unavailable: Vec::new(),
        };
        let missing = Missing::of(&trace, expected);
        assert!(trace.complete || !missing.is_nothing());
        missing
    }

    #[test]
    fn a_whole_click_misses_nothing() {
        let [click, request, server] = click();
        let query = span("d", Some("c"), "task-backend", SpanKind::Client);
        let whole = [click.clone(), request.clone(), server, query];
        assert!(missing(&whole, Some("a")).is_nothing());
        assert!(missing(&whole, Some("elsewhere")).expected);
        let unserved = missing(&[click, request], None);
        assert_eq!(unserved, Missing { servers: 1, ..Missing::default() });
    }

    #[test]
    fn the_servers_part_alone_misses_the_browsers() {
        let [_, _, server] = click();
        let alone = missing(&[server], Some("a"));
        assert_eq!(alone, Missing { expected: true, parents: 1, ..Missing::default() });
    }

    #[test]
    fn a_broken_connection_has_no_server() {
        let [click, mut request, _] = click();
        request.status = SpanStatus::Error;
        assert!(missing(&[click.clone(), request.clone()], Some("a")).is_nothing());
        request.attributes.insert("http.response.status_code".into(), 503_i64.into());
        assert_eq!(missing(&[click, request], Some("a")).servers, 1);
    }

    #[test]
    fn two_roots_are_one_too_many() {
        let [click, ..] = click();
        let mut other = click.clone();
        other.span_id = "z".into();
        assert!(missing(&[click, other], None).root);
        assert!(missing(&[], None).root);
    }
}
