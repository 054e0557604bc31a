//! The ids of the span that a request runs in.

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};

/// The current span's trace id; where no span is recorded, an id of the request's own,
/// so that a person always has one to quote.
pub(crate) fn trace_id() -> String {
    let current = Context::map_current(|cx| cx.span().span_context().clone());
    if current.is_valid() {
        current.trace_id().to_string()
    } else {
        RandomIdGenerator::default().new_trace_id().to_string()
    }
}

/// The current span as a `traceparent` (W3C Trace Context), for the browser to join.
pub(crate) fn traceparent() -> Option<String> {
    let span = Context::map_current(|cx| cx.span().span_context().clone());
    span.is_valid().then(|| {
        format!("00-{}-{}-{:02x}", span.trace_id(), span.span_id(), span.trace_flags().to_u8())
    })
}
