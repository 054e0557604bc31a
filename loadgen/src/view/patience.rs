//! When a run is not worth going on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::engine::{End, Tick};

/// Loses itself when the target is gone, or when somebody asks for the end.
#[derive(Clone, Debug)]
pub struct Patience {
    end: Arc<AtomicBool>,
    limit: Duration,
    /// Since when there has been no connection.
    lonely_since: Option<Duration>,
    lonely: Duration,
}

impl Patience {
    /// `end` is set when somebody wants the run to end; `limit` is how long a target that
    /// takes no connection is waited for.
    #[must_use]
    pub fn new(end: Arc<AtomicBool>, limit: Duration) -> Self {
        Self { end, limit, lonely_since: None, lonely: Duration::ZERO }
    }

    /// Looks at what happened since the last time.
    pub fn see(&mut self, tick: &Tick<'_>) {
        self.add(tick.at, tick.recent.requests(), tick.recent.no_connection);
    }

    fn add(&mut self, at: Duration, requests: u64, no_connection: u64) {
        if requests == 0 {
            return;
        }
        if no_connection == requests {
            let since = *self.lonely_since.get_or_insert(at);
            self.lonely = at.saturating_sub(since);
        } else {
            self.lonely_since = None;
            self.lonely = Duration::ZERO;
        }
    }

    /// Why the run is to end, if it is.
    #[must_use]
    pub fn is_over(&self) -> Option<End> {
        if self.end.load(Ordering::Relaxed) {
            Some(End::Asked)
        } else {
            (self.lonely >= self.limit).then_some(End::Lost(self.limit))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn it_is_lost_with_the_target_alone() {
        let end = Arc::new(AtomicBool::new(false));
        let mut patience = Patience::new(Arc::clone(&end), 5 * SECOND);
        for second in 1..=6 {
            patience.add(second * SECOND, 10, 10);
        }
        assert_eq!(patience.is_over(), Some(End::Lost(5 * SECOND)));
        patience.add(7 * SECOND, 10, 9);
        assert_eq!(patience.is_over(), None);
        // A second without requests says nothing.
        patience.add(8 * SECOND, 1, 1);
        patience.add(12 * SECOND, 0, 0);
        assert_eq!(patience.is_over(), None);
        patience.add(13 * SECOND, 1, 1);
        assert_eq!(patience.is_over(), Some(End::Lost(5 * SECOND)));
        end.store(true, Ordering::Relaxed);
        assert_eq!(patience.is_over(), Some(End::Asked));
    }
}
