//! The open model: requests are sent when they are due, whatever became of earlier ones.

use std::cell::{Cell, RefCell};
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
            under_way: Cell::new(0),
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
            if worker.under_way.get() >= most {
                worker.worker.measured.drop_requests(1);
                worker.forget_if_last(&step);
                continue;
            }
            worker.under_way.set(worker.under_way.get() + 1);
            let session = worker.session(step.session);
            tokio::task::spawn_local(Rc::clone(&worker).perform(step, session, taken));
        }
        // Every request ends by its own time limit.
        while worker.under_way.get() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
}

struct Open {
    worker: Worker,
    /// Sessions with more to come. Their requests follow each other.
    sessions: RefCell<HashMap<u64, Rc<Mutex<Session>>>>,
    under_way: Cell<usize>,
}

impl Open {
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
        self.under_way.set(self.under_way.get() - 1);
    }
}
