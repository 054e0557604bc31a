//! What a request that never had a connection says of its target.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::observation::Outcome;

/// What a target that takes connections has taken them in, as far as this is known. Less
/// says more of this machine and of the time that was left.
const AWHILE: Duration = Duration::from_millis(200);

/// Whether a target takes connections. One that takes them and then hangs must not look like
/// one that is gone: a run waits for the former and ends with the latter.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// Exchanges that have a connection.
    held: Cell<usize>,
    /// When an exchange last had one.
    had: Cell<Option<Instant>>,
    /// Nothing came of the last attempt to connect, or nothing yet.
    is_lacking: Cell<bool>,
}

impl Reach {
    /// An attempt to connect begins.
    pub(super) fn lack(&self) {
        self.is_lacking.set(true);
    }

    /// It succeeded.
    pub(super) fn find(&self) {
        self.is_lacking.set(false);
    }

    /// An exchange has a connection as long as it keeps this.
    pub(super) fn hold(&self) -> Held<'_> {
        self.held.set(self.held.get() + 1);
        Held(self)
    }

    /// What became of an exchange whose time is over and which has no connection;
    /// `connecting` is since when it tried to make one, if it did.
    pub(super) fn without(&self, connecting: Option<Instant>, now: Instant) -> Outcome {
        let is_long = |since: Instant| now.saturating_duration_since(since) >= AWHILE;
        let is_alone = self.held.get() == 0 && self.had.get().is_none_or(is_long);
        if connecting.is_some_and(is_long) || (self.is_lacking.get() && is_alone) {
            Outcome::NoConnection
        } else {
            Outcome::Timeout
        }
    }
}

/// Counts one that holds a connection, until it is dropped.
#[derive(Debug)]
pub(super) struct Held<'r>(&'r Reach);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.held.set(self.0.held.get() - 1);
        self.0.had.set(Some(Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_in_vain_learns_from_the_others() {
        let reach = Reach::default();
        let now = Instant::now();
        assert_eq!(reach.without(None, now), Outcome::Timeout, "nobody tried");
        reach.lack();
        assert_eq!(reach.without(None, now), Outcome::NoConnection);
        assert_eq!(reach.without(Some(now), now), Outcome::NoConnection);
        reach.find();
        let held = reach.hold();
        assert_eq!(reach.without(None, now), Outcome::Timeout, "the others' answers take long");
        reach.lack();
        assert_eq!(reach.without(None, now), Outcome::Timeout);
        assert_eq!(reach.without(Some(now), now + AWHILE), Outcome::NoConnection);
        drop(held);
        let now = Instant::now();
        assert_eq!(reach.without(Some(now), now), Outcome::Timeout, "it had no time to connect");
        assert_eq!(reach.without(None, now + AWHILE), Outcome::NoConnection);
    }
}
