//! A thread that works a queue off.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use opentelemetry::Context;

use crate::queue::Queue;

/// A queue that [`Worker::stop`] can flush and close without knowing its items.
pub(crate) trait Drain: Send + Sync {
    fn flush(&self, timeout: Duration) -> bool;
    fn close(&self);
}

impl<T: Send> Drain for Queue<T> {
    fn flush(&self, timeout: Duration) -> bool {
        Queue::flush(self, timeout)
    }

    fn close(&self) {
        Queue::close(self);
    }
}

/// A running thread and its queue.
pub(crate) struct Worker {
    queue: Arc<dyn Drain>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts a thread that hands batches to `handle` until the queue is closed.
    fn start<T: Send + 'static>(
        name: &str,
        queue: Arc<Queue<T>>,
        delay: Duration,
        mut handle: impl FnMut(Vec<T>) + Send + 'static,
    ) -> std::io::Result<Self> {
        let drain: Arc<dyn Drain> = Arc::clone(&queue) as _;
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
            // What the exporter does is not itself traced and sent.
            let _suppressed = Context::enter_telemetry_suppressed_scope();
            while let Some(batch) = queue.take(delay) {
                handle(batch);
            }
        })?;
        Ok(Self { queue: drain, thread: Some(thread) })
    }

    /// A new queue with its worker, which joins `workers`.
    pub(crate) fn queue<T: Send + 'static>(
        workers: &mut Vec<Self>,
        name: &str,
        (capacity, batch_size): (usize, usize),
        delay: Duration,
        handle: impl FnMut(Vec<T>) + Send + 'static,
    ) -> std::io::Result<Arc<Queue<T>>> {
        let queue = Arc::new(Queue::new(capacity, batch_size));
        workers.push(Self::start(name, Arc::clone(&queue), delay, handle)?);
        Ok(queue)
    }

    /// Waits until all that is queued has been handled.
    pub(crate) fn flush(&self, timeout: Duration) -> bool {
        self.queue.flush(timeout)
    }

    /// Flushes, then ends the thread; it is left behind if `deadline` passes first.
    pub(crate) fn stop(&mut self, deadline: Instant) -> bool {
        self.queue.close();
        let Some(thread) = self.thread.take() else {
            return true;
        };
        let done = self.queue.flush(deadline.saturating_duration_since(Instant::now()));
        // A panic in the handler was logged by the hook; there is nothing to add.
        done && thread.join().is_ok()
    }
}
