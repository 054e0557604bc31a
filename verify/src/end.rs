//! When nothing more is begun: whoever started the check waits no longer than it waits, and
//! would learn nothing from a check that it has to kill.

use std::future::Future;
use std::io;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep_until};

/// The deadline, SIGTERM and SIGINT.
#[derive(Debug)]
pub(crate) struct End {
    deadline: Instant,
    limit: Duration,
    terminate: Signal,
    interrupt: Signal,
    /// Once it has come: why.
    came: Option<String>,
}

impl End {
    /// In `limit`, or when a signal comes.
    pub(crate) fn new(limit: Duration) -> io::Result<Self> {
        Ok(Self {
            deadline: Instant::now() + limit,
            limit,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            came: None,
        })
    }

    /// Why nothing more is begun, once that is so.
    pub(crate) fn came(&self) -> Option<&str> {
        self.came.as_deref()
    }

    /// What the work gives, or why it was cut off.
    pub(crate) async fn before<T>(&mut self, work: impl Future<Output = T>) -> Result<T, String> {
        if let Some(why) = &self.came {
            return Err(why.clone());
        }
        let why = tokio::select! {
            biased;
            _ = self.terminate.recv() => "SIGTERM came".to_owned(),
            _ = self.interrupt.recv() => "SIGINT came".to_owned(),
            () = sleep_until(self.deadline) => {
                format!("the deadline of {} s is over", self.limit.as_secs())
            }
            done = work => return Ok(done),
        };
        self.came = Some(why.clone());
        Err(why)
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_deadline_cuts_work_off_and_stays_over() {
        let mut end = End::new(Duration::from_secs(5)).unwrap();
        assert_eq!(end.before(ready(1)).await, Ok(1));
        assert_eq!(end.came(), None);
        let why = "the deadline of 5 s is over";
        assert_eq!(end.before(pending::<()>()).await, Err(why.to_owned()));
        assert_eq!(end.came(), Some(why));
        assert_eq!(end.before(ready(1)).await, Err(why.to_owned()));
    }
}
