//! The browser's tracer, purpose-built: what this page needs of OpenTelemetry and no more.
//!
//! There is no ambient context: a request names the interaction that it belongs to, so
//! that two clicks whose requests overlap never swap their children.
//!
//! Spans are made here. What waits for its export, and log records of what the browser
//! reports by itself (web vitals, errors, long tasks), is JavaScript: see [`browser`] and
//! ADR 0017.
//!
//! # On its own
//! Another application takes this module, `js/`, `http` with `http.js`, and the two small
//! modules that they use, `dom` and `dynamic`; `bench` is such an application. Its server
//! takes OTLP/JSON at `/otlp/v1/traces` and `/otlp/v1/logs`, and may name its own span for
//! the page (`Server-Timing: traceparent;desc="…"` or `<meta name="traceparent">`) and the
//! share of traces to record (`<meta name="trace-sample-ratio">`; all of them without it).
//!
//! - [`Tracer::new`] once per page: from then on errors, long tasks, web vitals, going
//!   back and forth, and whatever is still to be sent take care of themselves;
//! - [`document_load::record`] once the application is ready;
//! - [`Tracer::interaction`] where a person sets something off, or [`Tracer::route_change`]
//!   where `popstate` does; [`Tracer::traced_fetch`] with its `context()` for each request
//!   that follows; [`end`](interaction::Interaction::end) once the page shows the outcome;
//! - [`Tracer::note_address`] after `history.pushState`.
//!
//! What is the application's own: the actions in [`interaction::Action`], and in [`names`]
//! the names of service and scope and what may be said of an address.
//!
//! It never fails the application: where the browser lacks something, or throws, telemetry
//! is missing, and nothing else.

mod browser;
pub mod clock;
pub mod context;
pub mod document_load;
pub mod encode;
pub mod fetch;
pub mod ids;
pub mod interaction;
pub mod names;
mod open;
pub mod origin;
pub mod route;
pub mod sampling;
pub mod span;
pub mod timing;

use std::cell::{Cell, RefCell};

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Performance, Window};

use crate::dynamic;
use clock::Clock;
use context::SpanContext;
use ids::IdPool;
use origin::Origin;
use sampling::Ratio;
use span::{Kind, Parent, Span, Text, Value};

struct Inner {
    window: Window,
    clock: Clock,
    ids: RefCell<IdPool>,
    ratio: Ratio,
    origin: Origin,
    location: JsValue,
    /// The page's address as it was last seen.
    address: RefCell<String>,
    /// The root that ends with the page's next picture.
    painting: Cell<Option<SpanContext>>,
    /// What is under way.
    open: RefCell<Vec<Span>>,
    /// The server's span for the page; its trace is the page's.
    server: Option<SpanContext>,
    /// The span that the page's log records belong to.
    page: Cell<SpanContext>,
}

/// Makes, ends and exports spans. It lives as long as its page and is never freed.
#[derive(Clone, Copy)]
pub struct Tracer {
    inner: &'static Inner,
}

impl Tracer {
    /// A tracer for this page. It exports until the page goes away.
    #[must_use]
    pub fn new(window: &Window) -> Self {
        let performance: Performance = dynamic::get(window, "performance").unchecked_into();
        let location = dynamic::get(window, "location");
        let told = |name| dynamic::text_or_empty(&location, name);
        let mut ids = IdPool::new(Box::new(browser::fill_random));
        let ratio = Ratio::new(browser::sample_ratio());
        let server = browser::server_span().and_then(|text| SpanContext::parse(&text));
        let page = match server {
            Some(server) => server.child(&mut ids),
            None => SpanContext::root(&mut ids, ratio),
        };
        let origin = Origin::new(told("origin"), told("hostname"), &told("port"));
        let tracer = Self {
            inner: Box::leak(Box::new(Inner {
                window: window.clone(),
                clock: Clock::new(performance),
                ids: RefCell::new(ids),
                ratio,
                origin,
                location,
                address: RefCell::default(),
                painting: Cell::new(None),
                open: RefCell::default(),
                server,
                page: Cell::new(page),
            })),
        };
        // Before the start: a page that comes back is another one for its web vitals, and
        // what ends with the page leaves with the rest.
        tracer.watch_routes();
        let version = env!("CARGO_PKG_VERSION");
        browser::start(names::SERVICE, names::SCOPE, version, &page.traceparent());
        tracer
    }

    /// The page's window.
    #[must_use]
    pub fn window(self) -> &'static Window {
        &self.inner.window
    }

    /// The tracer's clock.
    #[must_use]
    pub fn clock(self) -> &'static Clock {
        &self.inner.clock
    }

    /// The page's origin.
    #[must_use]
    pub fn origin(self) -> &'static Origin {
        &self.inner.origin
    }

    /// The page's path.
    #[must_use]
    pub fn path(self) -> String {
        dynamic::text_or_empty(&self.inner.location, "pathname")
    }

    /// Sends what waits and returns once the receiver has answered.
    pub async fn flush(self) {
        // It is never rejected.
        let _ = JsFuture::from(browser::flush()).await;
    }

    /// The identity of a new trace's root, recorded or not as the server's ratio says.
    #[must_use]
    pub fn new_trace(self) -> SpanContext {
        SpanContext::root(&mut self.inner.ids.borrow_mut(), self.inner.ratio)
    }

    /// The identity of a new span below `parent`.
    #[must_use]
    pub fn child_of(self, parent: SpanContext) -> SpanContext {
        parent.child(&mut self.inner.ids.borrow_mut())
    }
}

/// A span of the visit; [`Tracer::open`] or [`record`] takes it from here.
fn begin(context: SpanContext, parent: Parent, kind: Kind, name: Text, start_ns: u64) -> Span {
    let mut attributes = Vec::with_capacity(8);
    attributes.push((names::SESSION_ID, Value::Text(browser::session().into())));
    Span {
        context,
        parent,
        kind,
        name,
        start_ns,
        end_ns: start_ns,
        attributes,
        events: Vec::new(),
        failed: false,
    }
}

/// Hands an ended span over for its export.
fn record(span: &Span) {
    if span.context.sampled {
        browser::put_span(encode::span(span).as_bytes());
    }
}
