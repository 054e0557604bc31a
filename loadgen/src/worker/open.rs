//! The open model: requests are sent when they are due, whatever became of earlier ones.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::sync::mpsc::Receiver;

use super::connections::Connections;
use super::session::Session;
use super::{Common, Measured, Worker};
use crate::plan::Step;

/// Requests that a worker has under way or waiting for a connection at the most, per
/// connection; what is due beyond is dropped and counted.
const WAITING_PER_CONNECTION: usize = 64;

/// What a worker is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// A step is due.
    Step(Step),
    /// This session's last step was dropped: nothing of it follows.
    End(u64),
}

/// Sends the steps that come out of `due` until it ends, then waits for the answers.
pub(crate) fn run(common: Common, connections: usize, measured: Measured, mut due: Receiver<Due>) {
    super::block_on(async move {
        let address = common.target.address;
        let connections_max = connections.max(1);
        let worker = Rc::new(Open {
            worker: Worker {
                common,
                connections: Rc::new(Connections::new(address, connections_max)),
                measured,
            },
            sessions: RefCell::default(),
        });
        let most = connections_max * WAITING_PER_CONNECTION;
        while let Some(due) = due.recv().await {
            let step = match due {
                Due::Step(step) => step,
                Due::End(session) => {
                    worker.forget(session);
                    continue;
                }
            };
            let taken = Instant::now();
            if worker.under_way() >= most {
                worker.worker.measured.drop_requests(1);
                worker.forget_if_last(&step);
                continue;
            }
            let session = worker.session(step.session);
            tokio::task::spawn_local(Rc::clone(&worker).perform(step, session, taken));
        }
        // Every request ends by its own time limit.
        while worker.under_way() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
}

struct Open {
    worker: Worker,
    /// Sessions with more to come. Their requests follow each other.
    sessions: RefCell<HashMap<u64, Rc<Mutex<Session>>>>,
}

impl Open {
    /// Requests that are not over: each holds the worker, and lets go of it also where it
    /// panics.
    fn under_way(self: &Rc<Self>) -> usize {
        Rc::strong_count(self) - 1
    }

    fn session(&self, number: u64) -> Rc<Mutex<Session>> {
        Rc::clone(self.sessions.borrow_mut().entry(number).or_default())
    }

    fn forget_if_last(&self, step: &Step) {
        if step.is_last {
            self.forget(step.session);
        }
    }

    fn forget(&self, session: u64) {
        self.sessions.borrow_mut().remove(&session);
    }

    async fn perform(self: Rc<Self>, step: Step, session: Rc<Mutex<Session>>, taken: Instant) {
        // Waiters get it in the order in which they came.
        let mut session = session.lock().await;
        self.worker.perform(&step, &mut session, Some(taken)).await;
        drop(session);
        self.forget_if_last(&step);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use http::HeaderValue;

    use super::*;
    use crate::persona::Persona;
    use crate::plan::Action;
    use crate::request::Requests;
    use crate::target::Target;
    use crate::telemetry::Spans;
    use crate::trace::Ids;
    use crate::worker::session::Tasks;

    fn common() -> Common {
        let ids = Ids::new(1, 0.0);
        Common {
            target: Arc::new(Target::find("http://127.0.0.1:9", false).unwrap()),
            requests: Requests::new(HeaderValue::from_static("test"), "run", ids),
            ids,
            spans: Spans::default(),
            start: Instant::now(),
            timeout: Duration::from_secs(1),
            threshold: Duration::from_secs(1),
            sample: None,
            tasks: Tasks::default(),
        }
    }

    /// Nobody lives in region 200: writing the request panics.
    fn impossible() -> Step {
        Step {
            number: 0,
            at: Duration::ZERO,
            uplink: Duration::ZERO,
            downlink: Duration::ZERO,
            stage: 0,
            session: 0,
            is_last: true,
            persona: Persona { region: 200, ..Persona::default() },
            action: Action::List,
        }
    }

    #[test]
    fn a_request_that_panics_does_not_hold_the_run() {
        let (steps, due) = tokio::sync::mpsc::channel(1);
        steps.try_send(Due::Step(impossible())).unwrap();
        drop(steps);
        let (sender, ended) = mpsc::channel();
        // Not scoped: a run without an end is to fail the test, not to hold it.
        std::thread::spawn(move || {
            run(common(), 1, Measured::default(), due);
            sender.send(())
        });
        assert_eq!(ended.recv_timeout(Duration::from_secs(20)), Ok(()), "the run has no end");
    }
}
