//! A part of the schedule with one rate, or one that changes evenly.

use std::time::Duration;

/// Which share of the requests is made to fail, by the lab's own endpoints; 0 to 1 each.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Faults {
    /// `GET /api/simulate-error`: a 500 each.
    pub errors: f64,
    /// `GET /api/simulate-slow`.
    pub slow: f64,
    /// How long such a request takes.
    pub slow_for: Duration,
    /// Requests that the lab must refuse.
    pub malformed: f64,
}

/// A part of the schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// What the view calls it.
    pub name: String,
    /// Requests per second when it begins.
    pub from: f64,
    /// Requests per second when it ends; the rate changes evenly.
    pub to: f64,
    /// How long it lasts.
    pub duration: Duration,
    /// What goes wrong in it.
    pub faults: Faults,
}

impl Stage {
    /// A stage with one rate.
    #[must_use]
    pub fn steady(name: &str, rate: f64, duration: Duration) -> Self {
        Self { name: name.to_owned(), from: rate, to: rate, duration, faults: Faults::default() }
    }

    /// Requests that are due after `t` of it: the integral of the rate.
    #[must_use]
    pub fn due(&self, t: Duration) -> f64 {
        let (t, whole) = (t.as_secs_f64(), self.duration.as_secs_f64());
        if whole <= 0.0 {
            return 0.0;
        }
        (self.to - self.from).mul_add(t * t / (2.0 * whole), self.from * t)
    }

    /// When the `count`th request is due (a fraction counts too); none where it ends
    /// before.
    #[must_use]
    pub fn time_of(&self, count: f64) -> Option<Duration> {
        if count > self.due(self.duration) {
            return None;
        }
        // from·t + slope/2·t² = count, in the form that is exact for small slopes.
        let slope = (self.to - self.from) / self.duration.as_secs_f64();
        let root = (2.0 * slope).mul_add(count, self.from * self.from).max(0.0).sqrt();
        let divisor = self.from + root;
        let seconds = if divisor > 0.0 { 2.0 * count / divisor } else { 0.0 };
        Some(Duration::from_secs_f64(seconds).min(self.duration))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(from: f64, to: f64, seconds: u64) -> Stage {
        Stage { from, to, ..Stage::steady("", 0.0, Duration::from_secs(seconds)) }
    }

    #[test]
    fn a_ramp_sends_its_mean() {
        let up = ramp(0.0, 100.0, 10);
        assert!((up.due(up.duration) - 500.0).abs() < 1e-9);
        let half = up.time_of(125.0).unwrap().as_secs_f64();
        assert!((half - 5.0).abs() < 1e-6, "{half}");
        assert_eq!(up.time_of(500.5), None);
        let down = ramp(100.0, 0.0, 10);
        let half = down.time_of(375.0).unwrap().as_secs_f64();
        assert!((half - 5.0).abs() < 1e-6, "{half}");
    }

    #[test]
    fn no_rate_is_no_request() {
        let silence = ramp(0.0, 0.0, 5);
        assert_eq!((silence.due(silence.duration).to_bits(), silence.time_of(0.5)), (0, None));
    }
}
