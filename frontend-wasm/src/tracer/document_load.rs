//! The page's own load as a span, joined to the server's trace of it.

use api_types::Timestamp;
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::Tracer;
use super::context::SpanContext;
use super::names;
use super::span::{Kind, Parent, Span};
use crate::dom;
use crate::dynamic;

/// How often the end of loading is looked for, in milliseconds.
const LOOK_MS: u32 = 20;
/// How often at the most: a page whose pictures never arrive has no load to report.
const LOOKS: u32 = 500;

/// Records `documentLoad` once the load event is over; its identity and its start.
/// `None` when the browser tells no timings. `ready_ms` is when the app took over, in
/// milliseconds since the navigation began.
pub async fn record(
    tracer: Tracer,
    root: &Element,
    ready_ms: f64,
) -> Option<(SpanContext, Timestamp)> {
    let timing = finished(tracer).await?;
    let server = server_context(&timing, root);
    let (context, parent) = match server {
        Some(server) => (tracer.child_of(server), Parent::Remote(server.span_id)),
        None => (tracer.new_trace(), Parent::None),
    };
    let mut span = tracer.span(
        context,
        parent,
        Kind::Internal,
        "documentLoad".into(),
        tracer.clock().at_ns(0.0),
    );
    span.end_ns = tracer.clock().at_ns(ended_ms(&timing));
    describe(&mut span, &timing, ready_ms);
    let started = span.started();
    tracer.record(span);
    Some((context, started))
}

fn describe(span: &mut Span, timing: &JsValue, ready_ms: f64) {
    // The entry's name is the document's address; the fragment is not part of it.
    let mut url = dynamic::text(timing, "name").unwrap_or_default();
    if let Some(fragment) = url.bytes().position(|byte| byte == b'#') {
        url.truncate(fragment);
    }
    span.text(names::URL_FULL, url);
    for (attribute, member) in [
        (names::HTTP_RESPONSE_STATUS_CODE, "responseStatus"),
        (names::APP_FIRST_BYTE_MS, "responseStart"),
        (names::APP_DOM_CONTENT_LOADED_MS, "domContentLoadedEventEnd"),
    ] {
        // A browser that does not tell says 0 or nothing.
        if let Some(value @ 1..) = dynamic::int(timing, member) {
            span.int(attribute, value);
        }
    }
    #[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
    span.int(names::APP_READY_MS, ready_ms as i64);
}

/// The entry is live: the browser fills it in while the page loads.
async fn finished(tracer: Tracer) -> Option<JsValue> {
    let entries = tracer.clock().entries("navigation");
    let timing = dynamic::item(&entries, 0);
    for _ in 0..LOOKS {
        if ended_ms(&timing) > 0.0 {
            return Some(timing);
        }
        let _ = dom::sleep(tracer.window(), LOOK_MS).await;
    }
    None
}

/// When the load event was over, in milliseconds since the navigation began.
fn ended_ms(timing: &JsValue) -> f64 {
    dynamic::number(timing, "loadEventEnd").unwrap_or(0.0)
}

/// The server's span: from the `Server-Timing` header, which static pages can carry too,
/// or from the page itself.
fn server_context(timing: &JsValue, root: &Element) -> Option<SpanContext> {
    let mut traceparent = None;
    dynamic::each(&dynamic::get(timing, "serverTiming"), &mut |entry| {
        if dynamic::text_or_empty(&entry, "name") == api_types::headers::TRACEPARENT {
            traceparent = dynamic::text(&entry, "description");
        }
    });
    if traceparent.is_none() {
        traceparent = dom::find(root, "meta[name=traceparent]")?.get_attribute("content");
    }
    SpanContext::parse(&traceparent?)
}
