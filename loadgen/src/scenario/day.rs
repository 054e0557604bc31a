//! A simulated day: how many come when.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::persona::diurnal;
use crate::persona::population::Population;
use crate::schedule::Stage;

/// Simulated time between two points of the curve.
const PIECE_SECONDS: f64 = 900.0;
/// Pieces at the most.
const PIECES_MAX: u32 = 10_000;

/// A course of the day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Day {
    /// The time at which the traffic begins.
    pub start: Timestamp,
    /// How much faster than real time it passes.
    pub scale: f64,
}

impl Day {
    /// The moment that is simulated `at` after the start.
    #[must_use]
    pub fn moment(&self, at: Duration) -> Timestamp {
        let passed = SignedDuration::try_from_secs_f64(at.as_secs_f64() * self.scale);
        self.start.checked_add(passed.unwrap_or_default()).unwrap_or(self.start)
    }

    /// Ramps that follow the day of all regions together; `rate` is the mean of a day.
    #[must_use]
    pub fn stages(&self, population: &Population, rate: f64, length: Duration) -> Vec<Stage> {
        let zones = diurnal::zones();
        let weights: f64 = population.regions.iter().map(|region| region.weight).sum();
        let rate_at = |at: Duration| {
            let hours = diurnal::local_hours(&zones, self.moment(at));
            let busy: f64 = population
                .regions
                .iter()
                .zip(hours)
                .map(|(region, hour)| region.weight * diurnal::activity(hour))
                .sum();
            rate * busy / weights
        };
        let piece = Duration::from_secs_f64(PIECE_SECONDS / self.scale).max(length / PIECES_MAX);
        let mut stages = Vec::new();
        let mut at = Duration::ZERO;
        while at < length {
            let duration = piece.min(length.saturating_sub(at));
            let clock = self.moment(at).strftime("%H:%M UTC").to_string();
            let (from, to) = (rate_at(at), rate_at(at + duration));
            stages.push(Stage { from, to, ..Stage::steady(&clock, 0.0, duration) });
            at += duration;
        }
        stages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_squeezed_day_keeps_its_mean() {
        let day = Day { start: "2026-03-01T00:00:00Z".parse().unwrap(), scale: 1440.0 };
        let minute = Duration::from_mins(1);
        let stages = day.stages(&Population::default(), 100.0, minute);
        let sent: f64 = stages.iter().map(|stage| stage.due(stage.duration)).sum();
        assert!((5_990.0..6_010.0).contains(&sent), "{sent}");
        let rates: Vec<_> = stages.iter().map(|stage| stage.from).collect();
        let most = rates.iter().copied().fold(0.0, f64::max);
        let least = rates.iter().copied().fold(f64::INFINITY, f64::min);
        // Somewhere it is always day, so that the world's curve is flatter than a region's.
        assert!(most / least > 1.5, "{least} to {most}");
        assert_eq!(stages[4].name, "01:00 UTC");
    }
}
