//! This process's own spans and log records on their way into the store.

use std::sync::Arc;

use telemetry::{Dropped, Signal, Sink};

use super::store::{Item, StoredLog, StoredSpan, TraceStore};

/// Feeds a [`TraceStore`] on the telemetry's thread.
pub struct StoreSink(
    /// The store.
    pub Arc<TraceStore>,
);

impl Sink for StoreSink {
    fn accept(&mut self, batch: Vec<Signal>, dropped: &Dropped) {
        let items = batch.into_iter().filter_map(|signal| match signal {
            Signal::Span(span) => {
                Some((span.span_context.trace_id(), Item::Span(StoredSpan::Own(span))))
            }
            Signal::Log(record) => {
                let (trace_id, ..) = record.span?;
                Some((trace_id, Item::Log(StoredLog::Own(record))))
            }
        });
        self.0.insert(items, dropped);
    }
}
