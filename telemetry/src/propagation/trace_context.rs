//! W3C Trace Context on the wire.

use std::sync::LazyLock;

use opentelemetry::Context;
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceFlags};

use super::{trace_parent, trace_state};

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";

static FIELDS: LazyLock<[String; 2]> =
    LazyLock::new(|| [TRACEPARENT.to_owned(), TRACESTATE.to_owned()]);

/// Reads and writes `traceparent` and `tracestate` as version 00 defines them.
///
/// Our own, since the SDK's propagator (0.33) takes ids that are too short, the first of
/// several `traceparent` headers, the first of several `tracestate` headers and values
/// outside of the grammar, and sends empty `tracestate` headers (ADR 0006).
#[derive(Debug, Default)]
pub(super) struct TraceContext;

impl TextMapPropagator for TraceContext {
    fn inject_context(&self, cx: &Context, injector: &mut dyn Injector) {
        let span = cx.span();
        let context = span.span_context();
        if !context.is_valid() {
            return;
        }
        let flags = context.trace_flags() & TraceFlags::SAMPLED;
        let ids = (context.trace_id(), context.span_id());
        injector.set(TRACEPARENT, format!("00-{}-{}-{flags:02x}", ids.0, ids.1));
        let state = context.trace_state().header();
        if !state.is_empty() {
            injector.set(TRACESTATE, state);
        }
    }

    /// Several `traceparent` headers are as good as a malformed one: nobody could say
    /// which is meant (section 3.2). `tracestate` counts only next to a valid
    /// `traceparent`; on its own it cannot make that invalid (section 3.3).
    fn extract_with_context(&self, cx: &Context, extractor: &dyn Extractor) -> Context {
        let header = match extractor.get_all(TRACEPARENT).as_deref() {
            Some([header]) => *header,
            _ => return cx.clone(),
        };
        let Some((trace_id, span_id, flags)) = trace_parent::parse(header) else {
            return cx.clone();
        };
        let headers = extractor.get_all(TRACESTATE).unwrap_or_default();
        let state = trace_state::parse(&headers);
        cx.with_remote_span_context(SpanContext::new(trace_id, span_id, flags, true, state))
    }

    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(&*FIELDS)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::HeaderExtractor;
    use super::*;

    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn extract(headers: &[(&'static str, &[u8])]) -> SpanContext {
        let mut map = http::HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, http::HeaderValue::from_bytes(value).unwrap());
        }
        let cx = TraceContext.extract(&HeaderExtractor(&map));
        cx.span().span_context().clone()
    }

    #[test]
    fn a_parent_and_its_state_are_joined() {
        let context = extract(&[
            ("traceparent", PARENT.as_bytes()),
            ("tracestate", b"rojo=1"),
            ("tracestate", b"congo=2"),
        ]);
        assert!(context.is_remote() && context.is_sampled());
        assert_eq!(context.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(context.span_id().to_string(), "b7ad6b7169203331");
        assert_eq!(context.trace_state().header(), "rojo=1,congo=2");
    }

    #[test]
    fn a_bad_state_leaves_the_parent() {
        for bad in [b"rojo".as_slice(), b"rojo=\xff", b"Rojo=1"] {
            let context = extract(&[("traceparent", PARENT.as_bytes()), ("tracestate", bad)]);
            assert!(context.is_valid());
            assert_eq!(context.trace_state().header(), "");
        }
    }

    #[test]
    fn without_one_good_parent_the_state_is_ignored() {
        let parent = PARENT.as_bytes();
        let state = ("tracestate", b"rojo=1".as_slice());
        for headers in [
            vec![state],
            vec![("traceparent", b"garbage"), state],
            vec![("traceparent", parent), ("traceparent", parent), state],
            vec![("traceparent", parent), ("traceparent", b"\xff"), state],
            vec![("traceparent", b""), ("traceparent", parent), state],
        ] {
            let context = extract(&headers);
            assert!(!context.is_valid(), "{headers:?}");
            assert_eq!(context.trace_state().header(), "");
        }
    }

    #[test]
    fn what_is_sent_is_version_00_with_the_sampled_flag_alone() {
        let sent = |headers: &[(&'static str, &[u8])]| {
            let cx = Context::new().with_remote_span_context(extract(headers));
            let mut carrier = HashMap::new();
            TraceContext.inject_context(&cx, &mut carrier);
            let take = |name: &str| carrier.get(name).cloned();
            (take(TRACEPARENT), take(TRACESTATE))
        };
        let later = PARENT.replace("00-0af", "cc-0af").replace("-01", "-ff") + "-more";
        let headers: [(&'static str, &[u8]); 2] =
            [("traceparent", later.as_bytes()), ("tracestate", b" rojo=1 ,\t, congo= 2 ")];
        assert_eq!(sent(&headers), (Some(PARENT.to_owned()), Some("rojo=1,congo= 2".to_owned())));
        assert_eq!(sent(&headers[..1]), (Some(PARENT.to_owned()), None));
        assert_eq!(sent(&[]), (None, None));
    }
}
