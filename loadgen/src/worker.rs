//! Sends requests and observes their answers, on a thread of its own.

pub mod closed;
pub mod connections;
pub mod open;
mod perform;
pub mod session;

use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::observation::Observation;
use crate::request::Requests;
use crate::stats::Stats;
use crate::target::Target;
use crate::telemetry::Spans;
use crate::trace::Ids;
use crate::verify::Sample;
use connections::Connections;
use session::Tasks;

/// What all workers share.
#[derive(Clone, Debug)]
pub struct Common {
    /// Where requests go.
    pub target: Arc<Target>,
    /// Writes requests.
    pub requests: Requests,
    /// The ids of their traces.
    pub ids: Ids,
    /// Records spans.
    pub spans: Spans,
    /// When the run started: what a plan's times count from.
    pub start: Instant,
    /// When an answer is given up on.
    pub timeout: Duration,
    /// The latency objective's threshold.
    pub threshold: Duration,
    /// Takes traces that somebody looks for later.
    pub sample: Option<Sample>,
    /// Tasks that must be deleted in the end.
    pub tasks: Tasks,
}

/// What one worker measured since somebody took it.
#[derive(Clone, Debug, Default)]
pub struct Measured(Arc<Mutex<Stats>>);

impl Measured {
    /// Exchanges what was measured for `cleared`, whose histograms have grown before: the
    /// worker need not grow its own anew, which would make requests late every second.
    pub fn exchange(&self, cleared: &mut Stats) {
        std::mem::swap(&mut *self.lock(), cleared);
    }

    /// Adds a request.
    pub fn record(&self, seen: &Observation, threshold: Duration) {
        self.lock().record(seen, threshold);
    }

    /// Adds requests that were not sent.
    pub fn drop_requests(&self, count: u64) {
        self.lock().dropped += count;
    }

    fn lock(&self) -> MutexGuard<'_, Stats> {
        // Counts that are half added are better than none.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One worker's own.
pub(crate) struct Worker {
    pub(crate) common: Common,
    pub(crate) connections: Rc<Connections>,
    pub(crate) measured: Measured,
}

/// Runs a future with everything that is not `Send` on the current thread.
///
/// # Panics
/// Where the kernel gives no event queue.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap_or_else(|error| panic!("no event queue: {error}"));
    tokio::task::LocalSet::new().block_on(&runtime, future)
}
