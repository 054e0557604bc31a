//! The closed model: each connection asks again as soon as it has its answer.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use http::{HeaderValue, Method, Uri};

use super::connections::Connections;
use super::session::Session;
use super::{Common, Measured, Worker};
use crate::observation::Observation;
use crate::plan::Planner;
use crate::plan::action::OTHER_ENDPOINT;
use crate::request;
use crate::scenario::Scenario;

/// What the connections ask for.
#[derive(Clone, Debug)]
pub enum Load {
    /// Sessions of personas, without their pauses.
    Sessions(Arc<Scenario>),
    /// One path, without personas and trace context.
    Path(Uri),
}

/// Which of all connections these are.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// The first one's number.
    pub first: usize,
    /// How many.
    pub count: usize,
    /// How many there are in all.
    pub of: usize,
}

/// Keeps its share of the connections busy until `stop`.
pub(crate) fn run(
    common: &Common,
    load: &Load,
    share: Share,
    measured: &Measured,
    stop: &Arc<AtomicBool>,
) {
    super::block_on(async {
        let address = common.target.address;
        let tasks: Vec<_> = (share.first..share.first + share.count)
            .map(|number| {
                let worker = Worker {
                    common: common.clone(),
                    connections: Rc::new(Connections::new(address, 1)),
                    measured: measured.clone(),
                };
                let (load, stop) = (load.clone(), Arc::clone(stop));
                tokio::task::spawn_local(async move {
                    match load {
                        Load::Sessions(scenario) => {
                            let numbers = (number as u64, share.of as u64);
                            let planner = Planner::share(scenario, numbers.0, numbers.1);
                            worker.sessions(planner, &stop).await;
                        }
                        Load::Path(path) => worker.path(&path, &stop).await,
                    }
                })
            })
            .collect();
        for task in tasks {
            // A panic in one was told by the hook; the others' numbers still count.
            let _ = task.await;
        }
    });
}

impl Worker {
    async fn sessions(&self, mut planner: Planner, is_over: &AtomicBool) {
        let mut session = Session::default();
        while !is_over.load(Ordering::Relaxed) {
            let Some(step) = planner.step(Duration::ZERO, 0) else {
                return;
            };
            let outcome = self.perform(&step, &mut session, None).await;
            if step.is_last {
                session = Session::default();
            }
            pause_without_connection(outcome).await;
        }
    }

    async fn path(&self, path: &Uri, is_over: &AtomicBool) {
        let host: &HeaderValue = &self.common.target.authority;
        while !is_over.load(Ordering::Relaxed) {
            let request = request::bare(Method::GET, path.clone(), host.clone());
            let due = Instant::now();
            let exchange =
                self.connections.exchange(request, false, due + self.common.timeout).await;
            let end = Instant::now();
            let seen = Observation {
                endpoint: OTHER_ENDPOINT,
                persona: None,
                outcome: exchange.outcome,
                is_injected: false,
                is_unexpected: false,
                latency: end - due,
                service: end - exchange.sent,
                experienced: end - due,
                slip: Duration::ZERO,
                trace_id: None,
            };
            self.measured.record(&seen, self.common.threshold);
            pause_without_connection(seen.outcome).await;
        }
    }
}

/// A target that is gone is not asked in a tight loop.
async fn pause_without_connection(outcome: crate::observation::Outcome) {
    if outcome == crate::observation::Outcome::NoConnection {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
