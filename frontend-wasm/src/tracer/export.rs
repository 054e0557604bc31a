//! The way of ended spans to `/otlp/v1/traces`. Its own requests are not traced.

mod backoff;
mod queue;

use std::cell::{Cell, RefCell};

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, EventTarget, Performance, Window};

use super::encode::Resource;
use super::span::Span;
use crate::dom::{self, Listener};
use crate::http::{self, Answer, Call};
use crate::{dynamic, spawn};
use api_types::decimal;
use api_types::limits::OTLP_BODY_MAX_BYTES;
use api_types::routes::OTLP_TRACES;
use backoff::{Backoff, Outcome};
use queue::{Batch, Queue};

/// How long a span waits for company.
const PERIOD_MS: u32 = 5_000;
/// When an answer to an export is given up on.
const TIMEOUT_MS: u32 = 10_000;
/// Bytes under way in requests that outlive the page. Browsers allow 64 KiB over all of
/// them (Fetch standard, "HTTP-network-or-cache fetch"), headers and other scripts'
/// requests included.
const KEEPALIVE_MAX_BYTES: usize = 60_000;

struct Inner {
    window: Window,
    performance: Performance,
    resource: Resource,
    queue: RefCell<Queue>,
    backoff: Cell<Backoff>,
    /// When the next attempt may start, in milliseconds since the navigation began.
    not_before_ms: Cell<f64>,
    scheduled: Cell<bool>,
    keepalive_bytes: Cell<usize>,
}

/// A request on its way.
struct Started {
    answer: JsFuture,
    keepalive_bytes: usize,
}

/// Collects spans and sends them: every five seconds, when asked to, and when the page
/// is hidden, which on a phone is the last that a page hears. Lives as long as the page.
pub struct Exporter {
    inner: &'static Inner,
    _listeners: [Listener; 2],
}

impl Exporter {
    /// An exporter that sends `resource` with every batch.
    #[must_use]
    pub fn new(
        window: &Window,
        root: &Element,
        performance: &Performance,
        resource: Resource,
    ) -> Self {
        let inner: &'static Inner = Box::leak(Box::new(Inner {
            window: window.clone(),
            performance: performance.clone(),
            resource,
            queue: RefCell::default(),
            backoff: Cell::default(),
            not_before_ms: Cell::new(0.0),
            scheduled: Cell::new(false),
            keepalive_bytes: Cell::new(0),
        }));
        let document: EventTarget = dynamic::get(root, "ownerDocument").unchecked_into();
        let page = document.clone();
        let changed = Box::new(move |_| {
            if dynamic::flag(&page, "hidden") {
                inner.send_last();
            }
        });
        let leaving = Box::new(move |_| inner.send_last());
        Self {
            inner,
            _listeners: [
                Listener::new(&document, "visibilitychange", changed),
                Listener::new(window, "pagehide", leaving),
            ],
        }
    }

    /// Takes an ended span.
    pub fn push(&self, span: Span) {
        self.inner.queue.borrow_mut().push(span);
        self.inner.schedule(PERIOD_MS);
    }

    /// Sends everything that waits, unless the receiver asked for a pause.
    pub fn flush(&self) -> impl Future<Output = ()> + use<> {
        self.inner.flush()
    }
}

impl Inner {
    /// What fits into the keepalive quota leaves at once; the rest stays, for the page
    /// may come back.
    fn send_last(&'static self) {
        let free = KEEPALIVE_MAX_BYTES.saturating_sub(self.keepalive_bytes.get());
        if let Some(batch) = self.take(free) {
            let started = self.start(&batch);
            spawn(self.finish(batch, started));
        }
    }

    fn take(&self, max_bytes: usize) -> Option<Batch> {
        self.queue.borrow_mut().take(&self.resource, max_bytes, OTLP_BODY_MAX_BYTES)
    }

    /// Milliseconds that the receiver's pause still lasts.
    fn pause_ms(&self) -> u32 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast saturates, and a pause that is over is 0"
        )]
        let ms = (self.not_before_ms.get() - self.performance.now()).ceil() as u32;
        ms
    }

    /// Sends what waits within `ms`, or when the pause is over.
    fn schedule(&'static self, mut ms: u32) {
        if self.scheduled.replace(true) {
            return;
        }
        spawn(async move {
            while ms > 0 {
                let _ = dom::sleep(&self.window, ms).await;
                ms = self.pause_ms();
            }
            self.scheduled.set(false);
            self.flush().await;
        });
    }

    async fn flush(&'static self) {
        while self.pause_ms() == 0 {
            let Some(batch) = self.take(OTLP_BODY_MAX_BYTES) else {
                break;
            };
            let started = self.start(&batch);
            self.finish(batch, started).await;
        }
    }

    fn start(&self, batch: &Batch) -> Started {
        let all_bytes = self.keepalive_bytes.get() + batch.body.len();
        let keepalive = all_bytes <= KEEPALIVE_MAX_BYTES;
        if keepalive {
            self.keepalive_bytes.set(all_bytes);
        }
        let call = Call {
            method: "POST",
            url: OTLP_TRACES,
            body: Some(&batch.body),
            traceparent: None,
            keepalive,
            timeout_ms: TIMEOUT_MS,
        };
        Started {
            answer: http::start(&self.window, &call),
            keepalive_bytes: if keepalive { batch.body.len() } else { 0 },
        }
    }

    /// Waits for the receiver's answer and does what follows from it.
    async fn finish(&'static self, batch: Batch, started: Started) {
        let answer = http::finish(started.answer).await.ok();
        self.keepalive_bytes.set(self.keepalive_bytes.get() - started.keepalive_bytes);
        match Outcome::of(answer.as_ref().map(|answer| answer.status)) {
            Outcome::Taken => {
                self.backoff.set(Backoff::default());
                self.queue.borrow_mut().refused(answer.as_ref().map_or(0, rejected));
            }
            Outcome::Refused => self.queue.borrow_mut().refused(batch.spans.len()),
            Outcome::Later => {
                let mut backoff = self.backoff.get();
                let pause_ms = backoff.next_ms(answer.and_then(|answer| answer.retry_after_s()));
                self.backoff.set(backoff);
                self.not_before_ms.set(self.performance.now() + f64::from(pause_ms));
                self.queue.borrow_mut().put_back(batch.spans);
                self.schedule(pause_ms);
            }
        }
    }
}

/// Spans that the receiver took note of and threw away (OTLP specification, "Partial
/// Success").
fn rejected(answer: &Answer) -> usize {
    let partial = dynamic::get(&answer.body, "partialSuccess");
    let rejected = dynamic::text_or_empty(&partial, "rejectedSpans");
    decimal::parse(rejected.as_bytes()).and_then(|count| count.try_into().ok()).unwrap_or(0)
}
