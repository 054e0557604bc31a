//! Was the objective met, and what did the run cost of the error budget?

use std::process::ExitCode;
use std::time::Duration;

use crate::stats::{Stats, share};

/// What is promised; the defaults are the lab's objectives
/// (`compose/prometheus/slo/slos.toml`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objectives {
    /// The share of requests that are good, 0 to 1.
    pub availability: f64,
    /// The share of requests that are answered fast enough, 0 to 1.
    pub latency: f64,
    /// What is fast enough, from the moment at which a request was to be sent.
    pub threshold: Duration,
    /// How late 99 % of the requests may be taken up before the numbers are the
    /// generator's rather than the target's.
    pub slip: Duration,
}

impl Default for Objectives {
    fn default() -> Self {
        Self {
            availability: 0.99,
            latency: 0.95,
            threshold: Duration::from_millis(500),
            slip: SLIP_MAX,
        }
    }
}

/// What was promised of one objective, and what was seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// The share that was promised.
    pub objective: f64,
    /// The share that was good.
    pub seen: f64,
    /// Requests that were not.
    pub bad: u64,
    /// All.
    pub requests: u64,
}

impl Judged {
    /// Whether it was met.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.seen >= self.objective
    }

    /// How many times faster than allowed the error budget burned: 1 uses it up exactly.
    #[must_use]
    pub fn burn_rate(&self) -> f64 {
        let budget = 1.0 - self.objective;
        if self.bad == 0 {
            0.0
        } else if budget > 0.0 {
            (1.0 - self.seen) / budget
        } else {
            f64::INFINITY
        }
    }
}

/// [`Objectives::slip`] where nobody says otherwise.
pub const SLIP_MAX: Duration = Duration::from_millis(50);
/// The share of requests that may be dropped.
pub const DROPPED_MAX: f64 = 0.001;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Both objectives were met.
    Met,
    /// At least one was not.
    Breached,
    /// The generator itself could not keep its schedule.
    FellBehind,
    /// There was no target.
    Unreachable,
}

impl Verdict {
    /// The process's exit code. 1 is for usage.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Met => 0,
            Self::Breached => 2,
            Self::FellBehind => 3,
            Self::Unreachable => 4,
        }
    }
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        Self::from(verdict.code())
    }
}

/// The judgement of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// Requests that were no 5xx and had an answer.
    pub availability: Judged,
    /// Requests that were answered in time, whatever the answer.
    pub latency: Judged,
    /// The sum of it.
    pub verdict: Verdict,
}

impl Judgement {
    /// Judges what was measured. A broken promise counts more than a generator that fell
    /// behind, unless it is latency alone that was broken: that may be its own.
    #[must_use]
    pub fn of(stats: &Stats, objectives: &Objectives) -> Self {
        let requests = stats.requests();
        let judged = |objective, good| Judged {
            objective,
            seen: if requests == 0 { 1.0 } else { share(good, requests) },
            bad: requests - good,
            requests,
        };
        let availability = judged(objectives.availability, requests - stats.total.bad);
        let latency = judged(objectives.latency, stats.total.fast);
        let is_behind = stats.slip.quantile(0.99) > objectives.slip
            || share(stats.dropped, stats.dropped + requests) > DROPPED_MAX;
        let is_gone = requests == 0 || stats.no_connection == requests;
        let verdict = if is_gone {
            Verdict::Unreachable
        } else if !availability.is_met() {
            Verdict::Breached
        } else if is_behind {
            Verdict::FellBehind
        } else if !latency.is_met() {
            Verdict::Breached
        } else {
            Verdict::Met
        };
        Self { availability, latency, verdict }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::{Observation, Outcome};

    fn stats(outcomes: &[(Outcome, u64, u64)]) -> Stats {
        let mut stats = Stats::default();
        for (outcome, ms, count) in outcomes {
            let seen = Observation {
                endpoint: 0,
                persona: None,
                outcome: *outcome,
                is_injected: false,
                is_unexpected: false,
                latency: Duration::from_millis(*ms),
                service: Duration::ZERO,
                experienced: Duration::ZERO,
                slip: Duration::ZERO,
                trace_id: None,
            };
            for _ in 0..*count {
                stats.record(&seen, Duration::from_millis(500));
            }
        }
        stats
    }

    fn judge(outcomes: &[(Outcome, u64, u64)]) -> Judgement {
        Judgement::of(&stats(outcomes), &Objectives::default())
    }

    const OK: Outcome = Outcome::Status(200);

    #[test]
    fn the_objectives_edges_belong_to_met() {
        let met = judge(&[(OK, 500, 950), (OK, 501, 40), (Outcome::Status(503), 501, 10)]);
        assert_eq!(met.verdict, Verdict::Met, "{met:?}");
        assert!((met.availability.burn_rate() - 1.0).abs() < 1e-9);
        assert!((met.latency.burn_rate() - 1.0).abs() < 1e-9);
        let breached = judge(&[(OK, 1, 989), (Outcome::Timeout, 1, 11)]);
        assert_eq!(breached.verdict, Verdict::Breached);
        let slow = judge(&[(OK, 1, 949), (OK, 501, 51)]);
        assert_eq!(slow.verdict, Verdict::Breached);
    }

    #[test]
    fn no_answer_is_not_fast() {
        for outcome in [Outcome::NoConnection, Outcome::Broken, Outcome::Timeout] {
            let judgement = judge(&[(OK, 1, 94), (outcome, 1, 6)]);
            assert_eq!((judgement.latency.bad, judgement.latency.is_met()), (6, false));
        }
        assert_eq!(judge(&[(Outcome::Status(503), 1, 100)]).latency.bad, 0);
    }

    #[test]
    fn a_refused_request_is_no_fault() {
        assert_eq!(judge(&[(Outcome::Status(404), 1, 100)]).verdict, Verdict::Met);
    }

    #[test]
    fn the_generators_own_lateness_is_told_apart() {
        let mut late = stats(&[(OK, 600, 100)]);
        late.dropped = 5;
        let judgement = Judgement::of(&late, &Objectives::default());
        assert_eq!(judgement.verdict, Verdict::FellBehind);
        late.merge(&stats(&[(Outcome::Status(500), 1, 50)]));
        assert_eq!(Judgement::of(&late, &Objectives::default()).verdict, Verdict::Breached);
    }

    #[test]
    fn nobody_there_is_no_breach() {
        assert_eq!(judge(&[(Outcome::NoConnection, 1, 9)]).verdict, Verdict::Unreachable);
        assert_eq!(judge(&[]).verdict, Verdict::Unreachable);
    }
}
