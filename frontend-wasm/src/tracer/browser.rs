//! The part of the tracer that is JavaScript, in `js/`: what waits for its export, and
//! what the browser reports by itself. Each import costs glue, hence there are few.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/tracer/js/start.js")]
extern "C" {
    /// Starts the export and whatever is recorded without the application's help. `page`
    /// is the `traceparent` that log records belong to.
    pub(super) fn start(service: &str, scope: &str, version: &str, page: &str);

    /// Lets log records belong to another span from now on.
    #[wasm_bindgen(js_name = setPage)]
    pub(super) fn set_page(traceparent: &str);

    /// Takes a span in OTLP/JSON.
    #[wasm_bindgen(js_name = putSpan)]
    pub(super) fn put_span(json: &[u8]);

    /// Sends what waits; resolves when the intake has answered.
    pub(super) fn flush() -> Promise;

    /// The id of the visit; a new one after half an hour of silence.
    pub(super) fn session() -> String;

    /// Fills the whole slice with random bytes.
    #[wasm_bindgen(js_name = fillRandom)]
    pub(super) fn fill_random(bytes: &mut [u8]);

    /// The `traceparent` of the server's span for this page.
    #[wasm_bindgen(js_name = serverSpan)]
    pub(super) fn server_span() -> Option<String>;

    /// The share of the page's own traces that is recorded, from 0 to 1.
    #[wasm_bindgen(js_name = sampleRatio)]
    pub(super) fn sample_ratio() -> f64;

    /// Resolves to the navigation's entry once the load event is over.
    pub(super) fn loaded() -> Promise;

    /// Resolves when the page's next picture is on the screen.
    pub(super) fn painted() -> Promise;
}
