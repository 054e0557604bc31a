//! The tracer without the page, for `cargo xtask bench frontend`.

use std::cell::OnceCell;

use wasm_bindgen::prelude::*;

use crate::http::{self, Call};
use crate::tracer::Tracer;
use crate::tracer::fetch::Request;
use crate::{dom, spawn};

const ROUTE: &str = "/small.json";

thread_local! {
    static TRACER: OnceCell<Tracer> = const { OnceCell::new() };
}

/// Starts the tracer as the page does.
#[wasm_bindgen]
pub fn start() {
    crate::tell_panics();
    let (window, _) = dom::page();
    let tracer = TRACER.with(|tracer| *tracer.get_or_init(|| Tracer::new(&window)));
    spawn(async move {
        crate::tracer::document_load::record(tracer, tracer.clock().page_ms()).await;
    });
}

/// Sends what waits.
#[wasm_bindgen]
pub async fn flush() {
    if let Some(tracer) = TRACER.with(|tracer| tracer.get().copied()) {
        tracer.flush().await;
    }
}

/// Asks `count` times, one request after the other; traced once the tracer has started.
#[wasm_bindgen]
pub async fn ask(count: u32) {
    let started = TRACER.with(|tracer| tracer.get().copied());
    for _ in 0..count {
        // The benchmark's server answers everything.
        if let Some(tracer) = started {
            let request = Request { method: "GET", route: ROUTE, url: ROUTE.into(), body: None };
            let _ = tracer.traced_fetch(tracer.new_trace(), request).await;
        } else {
            let call = Call {
                method: "GET",
                url: ROUTE,
                body: None,
                traceparent: None,
                keepalive: false,
                timeout_ms: 30_000,
            };
            let _ = http::send(&call).await;
        }
    }
}
