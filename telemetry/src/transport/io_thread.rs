//! The thread that works on connections.

use std::io;

use tokio::runtime::{Builder, Handle, Runtime};

/// Host names that are looked up at the same time; a look-up may hang for long.
const LOOK_UPS: usize = 2;

/// A runtime on one thread of its own. The workers wait on it for their batches; it
/// notices between batches, too, that an endpoint closed a connection, so that the
/// next batch is not sent into the void.
pub(crate) struct IoThread(Runtime);

impl IoThread {
    pub(crate) fn start() -> io::Result<Self> {
        Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(LOOK_UPS)
            .thread_name("otlp-io")
            .enable_all()
            .build()
            .map(Self)
    }

    pub(crate) fn handle(&self) -> &Handle {
        self.0.handle()
    }

    /// Ends the thread if nobody uses it any more. With a worker left behind it stays
    /// until the process ends: timers of a runtime that is gone panic.
    pub(crate) fn stop(self, unused: bool) {
        if unused {
            // Does not wait for a look-up.
            self.0.shutdown_background();
        } else {
            std::mem::forget(self.0);
        }
    }
}
