//! What happens, and what is to be seen meanwhile.

use std::time::Duration;

use crate::schedule::{Faults, Stage};

/// One act.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Act {
    /// Its name.
    pub name: &'static str,
    /// How long it lasts, where nobody says otherwise.
    pub duration: Duration,
    /// What goes wrong in it.
    pub faults: Faults,
    /// What happens.
    pub story: &'static str,
    /// Where to look.
    pub look: &'static [&'static str],
}

const NONE: Faults = Faults { errors: 0.0, slow: 0.0, slow_for: Duration::ZERO, malformed: 0.0 };

/// The story. The rules of `demo` have windows 15 times shorter than production's: an
/// hour's window is four minutes, five minutes' are twenty seconds.
pub const ACTS: [Act; 4] = [
    Act {
        name: "healthy",
        duration: Duration::from_secs(50),
        faults: NONE,
        story: "Everybody is served. The error budget is whole; no alert fires.",
        look: &[
            "the page: add a task and open its trace",
            "Prometheus: slo:sli_error:ratio_rate5m is 0",
        ],
    },
    Act {
        name: "error burst",
        duration: Duration::from_secs(75),
        faults: Faults { errors: 0.6, ..NONE },
        story: "Six of ten requests fail. 1 % may: the budget burns 60 times too fast.",
        look: &[
            "Prometheus: slo:current_burn_rate:ratio climbs past 14.4",
            "the page: a banner names the alert as soon as it fires, with its runbook",
        ],
    },
    Act {
        name: "latency",
        duration: Duration::from_mins(1),
        faults: Faults { slow: 0.6, slow_for: Duration::from_millis(900), ..NONE },
        story: "Nothing fails any more, but six of ten requests take 0.9 s. 5 % may take longer \
                than 0.5 s: another objective's budget burns.",
        look: &[
            "the page: the pages for errors are resolved",
            "Prometheus: histogram_quantile(0.95, sum by (le) \
             (rate(http_request_duration_seconds_bucket[1m])))",
            "a slow trace: one long server span, no statement in it",
        ],
    },
    Act {
        name: "recovery",
        duration: Duration::from_secs(90),
        faults: NONE,
        story: "All is well again. The short window empties in 20 s, and with it the pages end. \
                Tickets may come yet: the long windows remember.",
        look: &["Prometheus: slo:period_error_budget_remaining:ratio"],
    },
];

/// How long each act lasts where nobody says otherwise.
pub const DURATIONS: [Duration; ACTS.len()] =
    [ACTS[0].duration, ACTS[1].duration, ACTS[2].duration, ACTS[3].duration];

/// The acts as a schedule at this rate, with a duration each.
#[must_use]
pub fn stages(rate: f64, durations: [Duration; ACTS.len()]) -> Vec<Stage> {
    ACTS.iter()
        .zip(durations)
        .map(|(act, duration)| Stage {
            faults: act.faults,
            ..Stage::steady(act.name, rate, duration)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_takes_five_minutes_at_the_most() {
        let length: Duration = stages(1.0, DURATIONS).iter().map(|stage| stage.duration).sum();
        assert!(length <= Duration::from_mins(5), "{length:?}");
    }
}
