//! Finished spans on their way to the exporter and the sink.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

use crate::dropped::{DropReason, Dropped, SignalKind};
use crate::queue::Queue;
use crate::redact;
use crate::sink::Signal;

/// The SDK's only processor: redacts a span once and hands it to each queue. It clones
/// the span only where there are two.
#[derive(Clone, Debug)]
pub(crate) struct SpanFanOut {
    pub(crate) export: Option<Arc<Queue<SpanData>>>,
    pub(crate) sink: Option<Arc<Queue<Signal>>>,
    pub(crate) dropped: Arc<Dropped>,
}

impl SpanFanOut {
    fn count(&self, pushed: bool, reason: DropReason) {
        if !pushed {
            self.dropped.add(SignalKind::Span, reason, 1);
        }
    }
}

/// Takes spans that were not made by `tracing`: those whose ids and times the caller
/// knows better. They go the same way, redaction included. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Recorder(pub(crate) SpanFanOut);

impl Recorder {
    /// Queues a finished span; one that is not sampled is passed over, one for which
    /// there is no room is counted.
    pub fn record(&self, span: SpanData) {
        self.0.on_end(span);
    }
}

impl SpanProcessor for SpanFanOut {
    fn on_start(&self, _span: &mut Span, _cx: &Context) {}

    fn on_end(&self, mut span: SpanData) {
        if !span.span_context.is_sampled() {
            return;
        }
        redact::attributes(&mut span.attributes);
        for event in &mut span.events.events {
            redact::attributes(&mut event.attributes);
        }
        match (&self.export, &self.sink) {
            (Some(export), Some(sink)) => {
                let copy = Signal::Span(Box::new(span.clone()));
                self.count(sink.push(copy), DropReason::SinkQueueFull);
                self.count(export.push(span), DropReason::ExportQueueFull);
            }
            (Some(export), None) => self.count(export.push(span), DropReason::ExportQueueFull),
            (None, Some(sink)) => {
                self.count(sink.push(Signal::Span(Box::new(span))), DropReason::SinkQueueFull);
            }
            (None, None) => {}
        }
    }

    /// The queues are flushed by their owner, [`Telemetry`](crate::Telemetry).
    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}
