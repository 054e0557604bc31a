//! What the browser measured by itself: Navigation Timing and Resource Timing.

use wasm_bindgen::JsValue;

use super::clock::Clock;
use super::names;
use super::span::Span;
use crate::dynamic;

/// The moments of one request, by their names in Resource Timing.
pub const REQUEST: [&str; 9] = [
    "fetchStart",
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
    for moment in moments {
        let Some(ms) = dynamic::number(timing, moment) else { continue };
        // What did not happen is 0, or has the time of the moment before: a connection
        // that was there already, say.
        let is_last = |at_ns| span.events.last().is_some_and(|(_, last_ns)| *last_ns == at_ns);
        let at_ns = clock.at_ns(ms);
        if ms > 0.0 && !is_last(at_ns) {
            span.events.push((moment, at_ns));
        }
    }
    if let Some(bytes @ 1..) = dynamic::int(timing, "encodedBodySize") {
        span.int(names::HTTP_RESPONSE_BODY_SIZE, bytes);
    }
}
