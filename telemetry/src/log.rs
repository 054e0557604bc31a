//! Log lines: one visit per event, then stdout, the exporter and the sink.

mod format;
mod visit;

use std::io::Write;
use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use tracing::{Event, Metadata, Subscriber};
use tracing_appender::non_blocking::NonBlocking;
use tracing_subscriber::Layer;
use tracing_subscriber::layer;

use crate::dropped::{DropReason, Dropped, SignalKind};
use crate::queue::Queue;
use crate::record::LogRecord;
use crate::sink::Signal;

/// Targets that write while telemetry is sent; sending these lines would make more.
const NOT_SENT: [&str; 7] =
    ["opentelemetry", "hyper", "h2", "tower", "tonic", "rustls", "telemetry"];

/// Turns each event into one [`LogRecord`], redacted, and passes it on.
pub(crate) struct LogLayer {
    pub(crate) service_name: String,
    pub(crate) stdout: NonBlocking,
    pub(crate) export: Option<Arc<Queue<LogRecord>>>,
    pub(crate) sink: Option<Arc<Queue<Signal>>>,
    pub(crate) dropped: Arc<Dropped>,
}

impl<S: Subscriber> Layer<S> for LogLayer {
    fn on_event(&self, event: &Event<'_>, _cx: layer::Context<'_, S>) {
        let metadata = event.metadata();
        if is_told_once_elsewhere(metadata) {
            return;
        }
        let (message, fields) = visit::visit(event);
        let record = LogRecord {
            timestamp: SystemTime::now(),
            level: *metadata.level(),
            target: metadata.target(),
            message,
            fields,
            span: current_span(),
        };
        let line = format::json_line(&record, &self.service_name);
        // Never fails: the writer is lossy and counts for itself.
        let _ = self.stdout.clone().write_all(&line);
        self.pass_on(record);
    }
}

impl LogLayer {
    fn pass_on(&self, record: LogRecord) {
        let root = record.target.split("::").next().unwrap_or_default();
        if NOT_SENT.iter().any(|target| root.starts_with(target)) {
            return;
        }
        let sampled = record.span.is_some_and(|(_, _, flags)| flags.is_sampled());
        if let Some(sink) = self.sink.as_ref().filter(|_| sampled) {
            let pushed = sink.push(Signal::Log(Box::new(record.clone())));
            self.count(pushed, DropReason::SinkQueueFull);
        }
        if let Some(export) = &self.export {
            self.count(export.push(record), DropReason::ExportQueueFull);
        }
    }

    fn count(&self, pushed: bool, reason: DropReason) {
        if !pushed {
            self.dropped.add(SignalKind::Log, reason, 1);
        }
    }
}

/// The exporter complains about each batch and each pause;
/// [`Outcome`](crate::export::Outcome) says when it begins and when it ends.
fn is_told_once_elsewhere(metadata: &Metadata<'_>) -> bool {
    metadata.target() == "opentelemetry-otlp" && metadata.name().starts_with("Export.")
}

type SpanIds =
    (opentelemetry::trace::TraceId, opentelemetry::trace::SpanId, opentelemetry::trace::TraceFlags);

/// The ids of the span that this thread is in: tracing-opentelemetry activates its
/// context while a span is entered.
fn current_span() -> Option<SpanIds> {
    Context::map_current(|cx| {
        let span = cx.span();
        let ids = span.span_context();
        ids.is_valid().then(|| (ids.trace_id(), ids.span_id(), ids.trace_flags()))
    })
}
