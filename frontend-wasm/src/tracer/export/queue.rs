//! Spans that wait for their export: bounded, and what does not fit is counted.

use crate::tracer::encode::{Body, Resource};
use crate::tracer::span::Span;

/// Spans that wait at the most.
pub(super) const QUEUE_MAX: usize = 2048;
/// Spans in one request at the most.
pub(super) const BATCH_MAX: usize = 512;

/// The waiting spans. When it is full the oldest goes: the person looks at the trace
/// of the latest click.
#[derive(Default)]
pub(super) struct Queue {
    spans: Vec<Span>,
    dropped: u64,
}

/// One request, and its spans in case it has to be repeated.
pub(super) struct Batch {
    /// The spans in the order of their end.
    pub(super) spans: Vec<Span>,
    /// OTLP/JSON.
    pub(super) body: String,
}

impl Queue {
    /// Adds a span.
    pub(super) fn push(&mut self, span: Span) {
        self.spans.push(span);
        self.keep_to_bound();
    }

    /// Takes the oldest spans that fit into one request of `max_bytes`; `None` when
    /// nothing waits or the first one does not fit. A span that fits into no request
    /// (`limit_bytes`) at all is dropped.
    pub(super) fn take(
        &mut self,
        resource: &Resource,
        max_bytes: usize,
        limit_bytes: usize,
    ) -> Option<Batch> {
        loop {
            let mut body = Body::new(resource, self.dropped, max_bytes);
            let fitting = self.spans.iter().take(BATCH_MAX);
            let count = fitting.take_while(|span| body.push(span)).count();
            if count > 0 {
                let rest = self.spans.split_off(count);
                let spans = std::mem::replace(&mut self.spans, rest);
                let body = body.finish();
                return Some(Batch { spans, body });
            }
            if self.spans.is_empty() || max_bytes < limit_bytes {
                return None;
            }
            self.drop_oldest(1);
        }
    }

    /// Puts spans back that could not be delivered, before those that came since.
    pub(super) fn put_back(&mut self, mut spans: Vec<Span>) {
        spans.append(&mut self.spans);
        self.spans = spans;
        self.keep_to_bound();
    }

    fn keep_to_bound(&mut self) {
        let excess = self.spans.len().saturating_sub(QUEUE_MAX);
        if excess > 0 {
            self.drop_oldest(excess);
        }
    }

    fn drop_oldest(&mut self, count: usize) {
        self.spans = self.spans.split_off(count);
        self.refused(count);
    }

    /// Counts spans that the receiver refused for good.
    pub(super) fn refused(&mut self, spans: usize) {
        self.dropped += u64::try_from(spans).unwrap_or(u64::MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tracer::encode::tests::span;

    const LIMIT: usize = 256 * 1024;

    fn take(queue: &mut Queue, max_bytes: usize) -> Option<Batch> {
        queue.take(&Resource::new(&[]), max_bytes, LIMIT)
    }

    fn names(batch: &Batch) -> Vec<&str> {
        batch.spans.iter().map(|span| span.name.as_ref()).collect()
    }

    #[test]
    fn the_oldest_leaves_a_full_queue() {
        let mut queue = Queue::default();
        for at in 0..QUEUE_MAX + 2 {
            queue.push(span(&at.to_string()));
        }
        assert_eq!(queue.dropped, 2);
        assert_eq!(take(&mut queue, LIMIT).unwrap().spans[0].name, "2");
    }

    #[test]
    fn batches_are_bounded_by_count_and_bytes() {
        let mut queue = Queue::default();
        for _ in 0..=BATCH_MAX {
            queue.push(span("x"));
        }
        assert_eq!(take(&mut queue, LIMIT).unwrap().spans.len(), BATCH_MAX);
        assert_eq!(take(&mut queue, LIMIT).unwrap().spans.len(), 1);
        assert!(take(&mut queue, LIMIT).is_none());

        for _ in 0..100 {
            queue.push(span("x"));
        }
        let mut seen = 0;
        while let Some(batch) = take(&mut queue, 4000) {
            assert!(batch.body.len() <= 4000);
            seen += batch.spans.len();
        }
        assert_eq!((seen, queue.dropped), (100, 0));
    }

    #[test]
    fn a_span_too_large_for_now_waits_and_one_too_large_for_ever_goes() {
        let mut queue = Queue::default();
        let mut large = span("large");
        for _ in 0..200 {
            large.text("app.filler", "x".repeat(2000));
        }
        queue.push(large);
        queue.push(span("small"));
        assert!(take(&mut queue, 60_000).is_none());
        assert_eq!(queue.dropped, 0);
        assert_eq!(names(&take(&mut queue, LIMIT).unwrap()), ["small"]);
        assert_eq!(queue.dropped, 1);
    }

    #[test]
    fn undelivered_spans_come_first_again() {
        let mut queue = Queue::default();
        queue.push(span("a"));
        queue.push(span("b"));
        let batch = take(&mut queue, LIMIT).unwrap();
        queue.push(span("c"));
        queue.put_back(batch.spans);
        assert_eq!(names(&take(&mut queue, LIMIT).unwrap()), ["a", "b", "c"]);
    }

    #[test]
    fn putting_back_never_exceeds_the_bound() {
        let mut queue = Queue::default();
        for _ in 0..QUEUE_MAX - 1 {
            queue.push(span("new"));
        }
        queue.put_back(vec![span("old"), span("less old")]);
        assert_eq!(queue.dropped, 1);
        assert_eq!(take(&mut queue, LIMIT).unwrap().spans[0].name, "less old");
    }
}
