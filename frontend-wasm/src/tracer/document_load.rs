//! The page's own load as a span, joined to the server's trace of it.

use api_types::Timestamp;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::context::SpanContext;
use super::origin::redacted;
use super::span::{Kind, Parent, Span};
use super::{Tracer, begin, browser, names, timing};
use crate::dynamic;

/// Records `documentLoad`, and `documentFetch` below it, once the load event is over; its
/// identity and its start. `None` when the browser tells no timings. `ready_ms` is when
/// the app took over, in milliseconds since the navigation began.
pub async fn record(tracer: Tracer, ready_ms: f64) -> Option<(SpanContext, Timestamp)> {
    let entry = JsFuture::from(browser::loaded()).await.ok()?;
    let (clock, context) = (tracer.clock(), tracer.inner.page.get());
    let part = |context, parent, name: &'static str, from, to| {
        let ms = |moment| dynamic::number(&entry, moment).unwrap_or(0.0);
        let start_ns = clock.at_ns(ms(from));
        let mut span = begin(context, parent, Kind::Internal, name.into(), start_ns);
        span.end(clock.at_ns(ms(to)));
        let url = dynamic::text_or_empty(&entry, "name");
        span.text(names::URL_FULL, redacted(url));
        span
    };
    let parent = match tracer.inner.server {
        Some(server) => Parent::Remote(server.span_id),
        None => Parent::None,
    };
    let mut load = part(context, parent, "documentLoad", "startTime", "loadEventEnd");
    timing::describe(&mut load, clock, &entry, &timing::LOAD);
    describe(&mut load, &entry, ready_ms);
    let parent = Parent::Local(context.span_id);
    let child = tracer.child_of(context);
    let mut fetch = part(child, parent, "documentFetch", "fetchStart", "responseEnd");
    timing::describe(&mut fetch, clock, &entry, &timing::REQUEST);
    let started = load.started();
    super::record(&fetch);
    super::record(&load);
    Some((context, started))
}

fn describe(span: &mut Span, entry: &JsValue, ready_ms: f64) {
    for (attribute, member) in [
        (names::HTTP_RESPONSE_STATUS_CODE, "responseStatus"),
        (names::APP_FIRST_BYTE_MS, "responseStart"),
        (names::APP_DOM_CONTENT_LOADED_MS, "domContentLoadedEventEnd"),
    ] {
        // A browser that does not tell says 0 or nothing.
        if let Some(value @ 1..) = dynamic::int(entry, member) {
            span.int(attribute, value);
        }
    }
    #[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
    span.int(names::APP_READY_MS, ready_ms as i64);
}
