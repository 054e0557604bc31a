//! A bounded queue between the threads that serve requests and one that sends.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Many producers, one consumer that takes batches. A producer never waits: what does
/// not fit is refused.
///
/// Our own, since the SDK's batch processors hide their drop counts and clone each
/// span per processor (ADR 0005).
#[derive(Debug)]
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    /// Wakes the consumer.
    filled: Condvar,
    /// Wakes those who wait in [`Queue::flush`].
    drained: Condvar,
    capacity: usize,
    batch_size: usize,
}

#[derive(Debug)]
struct State<T> {
    items: VecDeque<T>,
    /// The consumer works on a batch that it took.
    busy: bool,
    /// Somebody waits for the queue to drain.
    flushing: bool,
    closed: bool,
}

impl<T> Queue<T> {
    pub(crate) fn new(capacity: usize, batch_size: usize) -> Self {
        Self {
            state: Mutex::new(State {
                items: VecDeque::new(),
                busy: false,
                flushing: false,
                closed: false,
            }),
            filled: Condvar::new(),
            drained: Condvar::new(),
            capacity,
            batch_size,
        }
    }

    /// Adds an item; false when the queue is full or closed.
    pub(crate) fn push(&self, item: T) -> bool {
        let mut state = self.lock();
        if state.closed || state.items.len() >= self.capacity {
            return false;
        }
        state.items.push_back(item);
        let len = state.items.len();
        drop(state);
        // The consumer sleeps only while there is nothing, or too little for a batch.
        if len == 1 || len == self.batch_size {
            self.filled.notify_one();
        }
        true
    }

    /// The next batch, after `delay` at the latest once there is an item; `None` when
    /// the queue is closed and empty. Calling it says that the batch before is done.
    pub(crate) fn take(&self, delay: Duration) -> Option<Vec<T>> {
        let mut state = self.lock();
        state.busy = false;
        let mut deadline = None;
        loop {
            if state.items.is_empty() {
                state.flushing = false;
                self.drained.notify_all();
                if state.closed {
                    return None;
                }
                state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let deadline = *deadline.get_or_insert_with(|| Instant::now() + delay);
            let wait = deadline.saturating_duration_since(Instant::now());
            let due = state.items.len() >= self.batch_size
                || state.flushing
                || state.closed
                || wait.is_zero();
            if due {
                let len = state.items.len().min(self.batch_size);
                let batch = state.items.drain(..len).collect();
                state.busy = true;
                return Some(batch);
            }
            state = self.filled.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until the consumer has worked off all that is queued now and later;
    /// false when `timeout` passes first.
    pub(crate) fn flush(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        let mut state = self.lock();
        while state.busy || !state.items.is_empty() {
            let wait = deadline.saturating_duration_since(Instant::now());
            if wait.is_zero() {
                return false;
            }
            // Anew each time: an empty queue ends the hurry, and may be filled again before
            // this thread is awake.
            state.flushing = true;
            self.filled.notify_one();
            state =
                self.drained.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Refuses new items; the consumer still gets what is queued.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_one();
    }

    /// A panic elsewhere leaves the queue usable: every change of its state is whole.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    #[test]
    fn what_does_not_fit_is_refused() {
        let queue = Queue::new(2, 10);
        assert!(queue.push(1) && queue.push(2));
        assert!(!queue.push(3));
        assert_eq!(queue.take(Duration::ZERO), Some(vec![1, 2]));
        assert!(queue.push(3));
    }

    #[test]
    fn a_full_batch_does_not_wait() {
        let queue = Queue::new(10, 2);
        for item in 0..3 {
            queue.push(item);
        }
        assert_eq!(queue.take(LONG), Some(vec![0, 1]));
        queue.close();
        assert!(!queue.push(9));
        assert_eq!(queue.take(LONG), Some(vec![2]));
        assert_eq!(queue.take(LONG), None);
    }

    #[test]
    fn flush_hurries_the_consumer_and_waits_for_it() {
        let queue = Arc::new(Queue::new(10, 10));
        let consumer = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                let mut seen = Vec::new();
                while let Some(batch) = queue.take(LONG) {
                    seen.extend(batch);
                }
                seen
            })
        };
        queue.push(1);
        assert!(queue.flush(LONG));
        queue.push(2);
        queue.close();
        assert_eq!(consumer.join().unwrap(), [1, 2]);
    }

    #[test]
    fn flush_gives_up_on_a_consumer_that_hangs() {
        let queue = Queue::new(10, 10);
        queue.push(1);
        assert_eq!(queue.take(Duration::ZERO), Some(vec![1]));
        assert!(!queue.flush(Duration::from_millis(10)));
    }
}
