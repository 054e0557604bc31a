//! The arrivals of all stages, one after the other.

use std::sync::Arc;
use std::time::Duration;

use super::Stage;

/// When a request is due, counted from the start of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The time since the start.
    pub at: Duration,
    /// The place of its stage.
    pub stage: usize,
}

/// Yields every arrival in order. Times come from the integral of the rate, not from
/// adding up pauses: nothing drifts over a day.
#[derive(Clone, Debug)]
pub struct Arrivals {
    stages: Arc<[Stage]>,
    stage: usize,
    /// When the current stage began.
    began: Duration,
    /// Requests of earlier stages that were due in part: the next comes that much sooner.
    carried: f64,
    /// Requests of the current stage so far: whole numbers, which are exact up to 2^53.
    sent: f64,
}

impl Arrivals {
    /// The first request is due at once.
    #[must_use]
    pub fn new(stages: Arc<[Stage]>) -> Self {
        Self { stages, stage: 0, began: Duration::ZERO, carried: 1.0, sent: 0.0 }
    }
}

impl Iterator for Arrivals {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        loop {
            let stage = self.stages.get(self.stage)?;
            let wanted = self.sent + 1.0 - self.carried;
            if let Some(within) = stage.time_of(wanted.max(0.0)).filter(|_| {
                // What is due at the very end belongs to the next stage, if at all.
                wanted < stage.due(stage.duration)
            }) {
                self.sent += 1.0;
                return Some(Arrival { at: self.began + within, stage: self.stage });
            }
            self.carried += stage.due(stage.duration) - self.sent;
            self.began += stage.duration;
            self.stage += 1;
            self.sent = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrivals(stages: Vec<Stage>) -> Vec<Arrival> {
        Arrivals::new(stages.into()).collect()
    }

    #[test]
    fn a_constant_rate_is_evenly_spaced() {
        let all = arrivals(vec![Stage::steady("", 4.0, Duration::from_secs(2))]);
        let ms: Vec<_> = all.iter().map(|arrival| arrival.at.as_millis()).collect();
        assert_eq!(ms, [0, 250, 500, 750, 1000, 1250, 1500, 1750]);
    }

    #[test]
    fn stages_follow_each_other_without_a_gap() {
        let stage = |rate| Stage::steady("", rate, Duration::from_millis(750));
        let all = arrivals(vec![stage(2.0), stage(4.0)]);
        let ms: Vec<_> =
            all.iter().map(|arrival| (arrival.at.as_millis(), arrival.stage)).collect();
        // The third is due for one half at 750 ms: 2 requests per second for 250 ms.
        assert_eq!(ms, [(0, 0), (500, 0), (875, 1), (1125, 1), (1375, 1)]);
    }

    #[test]
    fn nothing_drifts() {
        let day = Stage::steady("", 3.0, Duration::from_hours(24));
        let all = Arrivals::new(vec![day].into());
        assert_eq!(all.clone().count(), 3 * 86_400);
        let last = all.last().unwrap().at.as_secs_f64();
        assert!((last - (86_400.0 - 1.0 / 3.0)).abs() < 1e-6, "{last}");
    }

    /// A day at the highest rate has twice as many arrivals as 32 bits count.
    #[test]
    fn a_stage_has_room_for_a_day_at_the_highest_rate() {
        let day = Stage::steady("", 100_000.0, Duration::from_hours(24));
        let arrivals = Arrivals { sent: u32::MAX.into(), ..Arrivals::new(vec![day].into()) };
        let us: Vec<_> = arrivals.take(3).map(|arrival| arrival.at.as_micros()).collect();
        assert_eq!(us, [42_949_672_950, 42_949_672_960, 42_949_672_970]);
    }
}
