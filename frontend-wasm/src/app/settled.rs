//! When a trace needs no further look.

use crate::json::{Found, Span};
use crate::tracer::names;

/// Whether all is here that can be expected: the span that the panel waits for, one
/// connected tree, and a server's span below every answered request of the browser.
#[must_use]
pub fn is_settled(found: &Found, expected: Option<&str>) -> bool {
    let spans = &found.spans;
    let is_here = |expected| spans.iter().any(|span| span.span_id == expected);
    let served = |client: &Span| {
        spans
            .iter()
            .any(|span| span.kind == "server" && span.parent.as_ref() == Some(&client.span_id))
    };
    found.complete
        && expected.is_none_or(is_here)
        && spans.iter().all(|span| !was_answered(span) || served(span))
}

/// A request of the browser that a server must have seen: one whose connection failed
/// may never have got that far.
fn was_answered(span: &Span) -> bool {
    span.service == names::SERVICE && span.kind == "client" && (span.answered || !span.failed)
}

#[cfg(test)]
pub(crate) mod tests {
    use api_types::Timestamp;

    use super::*;
    use wasm_bindgen::JsValue;

    /// A span of 100 µs.
    pub(crate) fn span(id: &str, parent: Option<&str>, service: &str, kind: &str) -> Span {
        Span {
            span_id: id.into(),
            parent: parent.map(Into::into),
            service: service.into(),
            name: id.into(),
            kind: kind.into(),
            start: Timestamp::from_unix_micros(0),
            duration_us: 100,
            failed: false,
            database: None,
            answered: false,
            raw: JsValue::UNDEFINED,
        }
    }

    /// What the API would say of these spans.
    pub(crate) fn found(spans: &[Span]) -> Found {
        let roots = spans.iter().filter(|span| span.parent.is_none()).count();
        let orphans = spans.iter().filter(|span| {
            let is_parent = |other: &Span| Some(&other.span_id) == span.parent.as_ref();
            span.parent.is_some() && !spans.iter().any(is_parent)
        });
        Found {
            spans: spans.to_vec(),
            logs: JsValue::UNDEFINED,
            complete: roots == 1 && orphans.count() == 0,
        }
    }

    fn click() -> [Span; 3] {
        [
            span("a", None, "task-frontend", "internal"),
            span("b", Some("a"), "task-frontend", "client"),
            span("c", Some("b"), "task-backend", "server"),
        ]
    }

    #[test]
    fn a_whole_click_is_settled() {
        let [click, request, server] = click();
        let query = span("d", Some("c"), "task-backend", "client");
        let whole = found(&[click.clone(), request.clone(), server, query]);
        assert!(is_settled(&whole, Some("a")));
        assert!(!is_settled(&whole, Some("elsewhere")));
        assert!(!is_settled(&found(&[click, request]), None), "the server's span is due");
    }

    #[test]
    fn the_servers_part_alone_is_not() {
        let [_, _, server] = click();
        assert!(!is_settled(&found(&[server]), Some("a")));
    }

    #[test]
    fn a_broken_connection_has_no_server() {
        let [click, mut request, _] = click();
        request.failed = true;
        let mut broken = found(&[click, request]);
        assert!(is_settled(&broken, Some("a")));
        broken.spans[1].answered = true;
        assert!(!is_settled(&broken, Some("a")));
    }
}
