//! This process's own spans and log records on their way into the store.

use std::sync::{Arc, OnceLock};

use telemetry::{Dropped, Signal, Sink};

use super::store::{Item, StoredLog, StoredSpan, TraceStore};

/// Feeds a [`TraceStore`] on the telemetry's thread.
pub struct StoreSink {
    store: Arc<TraceStore>,
    dropped: Arc<OnceLock<Arc<Dropped>>>,
}

impl StoreSink {
    /// A sink for `store`. The counters exist only once telemetry is built, which needs
    /// the sink: set them in the cell that comes along.
    #[must_use]
    pub fn new(store: Arc<TraceStore>) -> (Self, Arc<OnceLock<Arc<Dropped>>>) {
        let dropped = Arc::new(OnceLock::new());
        (Self { store, dropped: Arc::clone(&dropped) }, dropped)
    }
}

impl Sink for StoreSink {
    fn accept(&mut self, batch: Vec<Signal>) {
        let items = batch.into_iter().filter_map(|signal| match signal {
            Signal::Span(span) => {
                Some((span.span_context.trace_id(), Item::Span(StoredSpan::Own(span))))
            }
            Signal::Log(record) => {
                let (trace_id, ..) = record.span?;
                Some((trace_id, Item::Log(StoredLog::Own(record))))
            }
        });
        let uncounted = Dropped::default();
        self.store.insert(items, self.dropped.get().map_or(&uncounted, |dropped| dropped));
    }
}
