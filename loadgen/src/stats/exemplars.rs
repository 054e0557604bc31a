//! A few requests to look at: the slowest, and those that failed.

use std::time::Duration;

use crate::observation::{Observation, Outcome};

/// How many of each are kept.
pub const KEPT: usize = 10;

/// A request and its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exemplar {
    /// The place in [`ENDPOINTS`](crate::plan::action::ENDPOINTS).
    pub endpoint: u8,
    /// How long it took.
    pub latency: Duration,
    /// How it ended.
    pub outcome: Outcome,
    /// Its trace.
    pub trace_id: u128,
}

/// The requests that are kept.
#[derive(Clone, Debug, Default)]
pub struct Exemplars {
    /// The slowest first.
    pub slowest: Vec<Exemplar>,
    /// The first ones that failed, in their order.
    pub failed: Vec<Exemplar>,
}

impl Exemplars {
    /// Keeps a request if it is one of the slowest, or failed early enough.
    pub fn offer(&mut self, seen: &Observation) {
        let Some(trace_id) = seen.trace_id else {
            return;
        };
        let exemplar = Exemplar {
            endpoint: seen.endpoint,
            latency: seen.latency,
            outcome: seen.outcome,
            trace_id,
        };
        if !seen.outcome.is_good() && self.failed.len() < KEPT {
            self.failed.push(exemplar);
        }
        self.place(exemplar);
    }

    /// Keeps the slowest of both, and the failures that fit.
    pub fn merge(&mut self, other: &Self) {
        for exemplar in &other.slowest {
            self.place(*exemplar);
        }
        let room = KEPT - self.failed.len();
        self.failed.extend(other.failed.iter().take(room));
    }

    fn place(&mut self, exemplar: Exemplar) {
        let is_full = self.slowest.len() == KEPT;
        if is_full && self.slowest.last().is_some_and(|last| last.latency >= exemplar.latency) {
            return;
        }
        let place = self.slowest.partition_point(|kept| kept.latency >= exemplar.latency);
        self.slowest.insert(place, exemplar);
        self.slowest.truncate(KEPT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(ms: u64, status: u16) -> Observation {
        Observation {
            endpoint: 0,
            persona: None,
            outcome: Outcome::Status(status),
            is_injected: false,
            is_unexpected: false,
            latency: Duration::from_millis(ms),
            service: Duration::ZERO,
            experienced: Duration::ZERO,
            slip: Duration::ZERO,
            trace_id: Some(u128::from(ms)),
        }
    }

    #[test]
    fn the_slowest_stay_and_the_first_failures() {
        let (mut left, mut right) = (Exemplars::default(), Exemplars::default());
        for ms in 0..50 {
            left.offer(&seen(ms, if ms > 45 { 500 } else { 200 }));
            right.offer(&seen(100 - ms, 503));
        }
        left.merge(&right);
        let slowest: Vec<_> = left.slowest.iter().map(|exemplar| exemplar.trace_id).collect();
        assert_eq!(slowest, [100, 99, 98, 97, 96, 95, 94, 93, 92, 91]);
        let failed: Vec<_> = left.failed.iter().map(|exemplar| exemplar.trace_id).collect();
        assert_eq!(failed, [46, 47, 48, 49, 100, 99, 98, 97, 96, 95]);
    }
}
