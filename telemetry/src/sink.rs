//! Where spans and log records go within the process.

use opentelemetry_sdk::trace::SpanData;

use crate::dropped::Dropped;
use crate::record::LogRecord;

/// A finished span or a log record, already redacted.
#[derive(Clone, Debug)]
pub enum Signal {
    /// A finished span.
    Span(Box<SpanData>),
    /// A log record.
    Log(Box<LogRecord>),
}

/// Keeps signals in the process. It is called on a thread of its own, so that it may
/// lock and convert, and never while a request waits.
pub trait Sink: Send + 'static {
    /// Takes a batch, in the order in which it was recorded. What the sink has no room
    /// for it counts in `dropped`.
    fn accept(&mut self, batch: Vec<Signal>, dropped: &Dropped);
}
