//! Spans under way. Leaving the page ends them: nobody is there when their answers come,
//! and the servers' spans below them would hang on nothing.

use super::Tracer;
use super::ids::SpanId;
use super::names;
use super::span::Span;

impl Tracer {
    /// Lets a span be under way until [`close`](Self::close).
    pub(super) fn open(self, span: Span) {
        self.inner.open.borrow_mut().push(span);
    }

    /// Ends it now, as `describe` completes it; nothing where the page's end was its own.
    pub(super) fn close(self, id: SpanId, describe: impl FnOnce(&mut Span)) {
        let taken = take(&mut self.inner.open.borrow_mut(), id);
        if let Some(mut span) = taken {
            describe(&mut span);
            span.end(self.clock().now_ns());
            super::record(&span);
        }
    }

    /// The page goes away. It may come back, but not as if nothing had been.
    pub(super) fn page_hidden(self) {
        for mut span in self.inner.open.take() {
            span.leave(self.clock().now_ns());
            super::record(&span);
        }
    }
}

fn take(open: &mut Vec<Span>, id: SpanId) -> Option<Span> {
    let at = open.iter().position(|span| span.context.span_id == id)?;
    Some(open.swap_remove(at))
}

impl Span {
    /// Ends it as what the person no longer waited for: not a failure.
    fn leave(&mut self, now_ns: u64) {
        self.end(now_ns);
        self.events.push((names::PAGE_HIDE, self.end_ns));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tracer::encode::tests::span;

    fn with_id(id: u8) -> Span {
        let mut span = span("x");
        span.context.span_id = SpanId([id; 8]);
        span
    }

    #[test]
    fn each_span_is_taken_once() {
        let mut open = vec![with_id(1), with_id(2), with_id(3)];
        assert_eq!(take(&mut open, SpanId([2; 8])).unwrap().context.span_id, SpanId([2; 8]));
        assert!(take(&mut open, SpanId([2; 8])).is_none());
        assert_eq!(open.len(), 2);
    }

    #[test]
    fn what_is_left_ends_then_and_there() {
        let mut span = span("x");
        (span.start_ns, span.end_ns) = (5, 5);
        span.events.clear();
        span.leave(9);
        assert_eq!((span.end_ns, span.failed), (9, false));
        assert_eq!(span.events, [("pagehide", 9)]);
        // A clock that was set back makes no negative duration.
        span.leave(2);
        assert_eq!(span.end_ns, 5);
    }
}
