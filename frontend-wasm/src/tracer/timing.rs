//! What the browser measured by itself: Navigation Timing and Resource Timing.

use wasm_bindgen::JsValue;

use super::clock::Clock;
use super::names;
use super::span::Span;
use crate::dynamic;

/// The moments of one request, by their names in Resource Timing.
pub const REQUEST: [&str; 8] = [
    "domainLookupStart",
    "domainLookupEnd",
    "connectStart",
    "secureConnectionStart",
    "connectEnd",
    "requestStart",
    "responseStart",
    "responseEnd",
];

/// The moments of a page's load, by their names in Navigation Timing.
pub const LOAD: [&str; 6] = [
    "domInteractive",
    "domContentLoadedEventStart",
    "domContentLoadedEventEnd",
    "domComplete",
    "loadEventStart",
    "loadEventEnd",
];

/// Adds those moments of `timing` that the browser tells as events, and the bytes that
/// came; nothing of an `undefined` one.
pub fn describe(span: &mut Span, clock: &Clock, timing: &JsValue, moments: &[&'static str]) {
    // What did not happen is 0, or has the time of the moment before: a connection that was
    // there already, say. The first one before is the span's own start.
    let mut last_ms = dynamic::number(timing, "fetchStart").unwrap_or(0.0);
    for moment in moments {
        if let Some(ms) = dynamic::number(timing, moment).filter(|ms| *ms > last_ms) {
            span.events.push((moment, clock.at_ns(ms)));
            last_ms = ms;
        }
    }
    if let Some(bytes @ 1..) = dynamic::int(timing, "encodedBodySize") {
        span.int(names::HTTP_RESPONSE_BODY_SIZE, bytes);
    }
}
