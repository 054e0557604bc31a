//! The browser's tracer, purpose-built: what this page needs of OpenTelemetry and no more.
//!
//! There is no ambient context: a request names the interaction that it belongs to, so
//! that two clicks whose requests overlap never swap their children.

pub mod clock;
pub mod context;
pub mod document_load;
pub mod encode;
pub mod export;
pub mod fetch;
pub mod ids;
pub mod interaction;
pub mod names;
pub mod origin;
pub mod session;
pub mod span;

use std::cell::RefCell;

use wasm_bindgen::prelude::*;
use web_sys::{Crypto, Element, Performance, Window};

use crate::dynamic;
use clock::Clock;
use context::SpanContext;
use encode::Resource;
use export::Exporter;
use ids::IdPool;
use origin::Origin;
use span::{Kind, Parent, Span, Text};

struct Inner {
    window: Window,
    clock: Clock,
    ids: RefCell<IdPool>,
    session: String,
    origin: Origin,
    path: String,
    exporter: Exporter,
}

/// Makes, ends and exports spans. It lives as long as its page and is never freed.
#[derive(Clone, Copy)]
pub struct Tracer {
    inner: &'static Inner,
}

impl Tracer {
    /// A tracer for this page. It exports until the page goes away.
    #[must_use]
    pub fn new(window: &Window, root: &Element) -> Self {
        let performance: Performance = dynamic::get(window, "performance").unchecked_into();
        let crypto: Crypto = dynamic::get(window, "crypto").unchecked_into();
        let mut ids = IdPool::new(Box::new(move |bytes| {
            // Fails only for more than 64 KiB; the pool then repairs ids of zeros.
            let _ = crypto.get_random_values_with_u8_array(bytes);
        }));
        let location = dynamic::get(window, "location");
        let told = |name| dynamic::text_or_empty(&location, name);
        let inner = Inner {
            window: window.clone(),
            origin: Origin::new(told("origin"), told("hostname"), &told("port")),
            path: told("pathname"),
            session: session::id(window, || ids.trace_id().to_hex()),
            ids: RefCell::new(ids),
            exporter: Exporter::new(window, root, &performance, resource(window)),
            clock: Clock::new(performance),
        };
        Self { inner: Box::leak(Box::new(inner)) }
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
        self.inner.path.clone()
    }

    /// Sends what waits and returns once the receiver has answered.
    pub fn flush(self) -> impl Future<Output = ()> {
        self.inner.exporter.flush()
    }

    /// The identity of a new trace's root. The page samples everything: one person's
    /// clicks are few, and each may be looked at.
    #[must_use]
    pub fn new_trace(self) -> SpanContext {
        let mut ids = self.inner.ids.borrow_mut();
        SpanContext { trace_id: ids.trace_id(), span_id: ids.span_id(), sampled: true }
    }

    /// The identity of a new span below `parent`.
    #[must_use]
    pub fn child_of(self, parent: SpanContext) -> SpanContext {
        SpanContext { span_id: self.inner.ids.borrow_mut().span_id(), ..parent }
    }

    /// A span that ends with [`Tracer::end`].
    fn span(
        self,
        context: SpanContext,
        parent: Parent,
        kind: Kind,
        name: Text,
        start_ns: u64,
    ) -> Span {
        let mut attributes = Vec::with_capacity(8);
        let session = span::Value::Text(self.inner.session.clone().into());
        attributes.push((names::SESSION_ID, session));
        Span { context, parent, kind, name, start_ns, end_ns: start_ns, attributes, failed: false }
    }

    /// Ends a span now.
    fn end(self, mut span: Span) {
        span.end_ns = self.inner.clock.now_ns().max(span.start_ns);
        self.record(span);
    }

    /// Hands an ended span to the exporter.
    fn record(self, span: Span) {
        if span.context.sampled {
            self.inner.exporter.push(span);
        }
    }
}

fn resource(window: &Window) -> Resource {
    let navigator = dynamic::get(window, "navigator");
    let told = |name| dynamic::text_or_empty(&navigator, name);
    Resource::new(&[
        (names::SERVICE_NAME, names::SERVICE),
        (names::SERVICE_VERSION, env!("CARGO_PKG_VERSION")),
        (names::DEPLOYMENT_ENVIRONMENT_NAME, "lab"),
        (names::BROWSER_LANGUAGE, &told("language")),
        (names::USER_AGENT_ORIGINAL, &told("userAgent")),
    ])
}
