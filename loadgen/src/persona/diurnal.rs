//! The day's course: how busy people are by their own clocks.

use std::f64::consts::TAU;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::region::TIMEZONES;

/// How busy a region is at an hour of its local day, 0 to 24; the mean over a day is 1.
/// Busiest at 15 o'clock, quietest at 3: seven times as busy then as at night.
#[must_use]
pub fn activity(local_hour: f64) -> f64 {
    0.75f64.mul_add(((local_hour - 15.0) / 24.0 * TAU).cos(), 1.0)
}

/// The hour of the local day in each region, by `at` and the regions' rules for summer
/// time.
#[must_use]
pub fn local_hours(zones: &[TimeZone], at: Timestamp) -> Vec<f64> {
    let utc = at.as_second().rem_euclid(86_400);
    zones
        .iter()
        .map(|zone| {
            let offset: Offset = zone.to_offset(at);
            let seconds = (utc + i64::from(offset.seconds())).rem_euclid(86_400);
            // A day has 86,400 seconds, which an i32 holds and an f64 exactly.
            f64::from(i32::try_from(seconds).unwrap_or(0)) / 3600.0
        })
        .collect()
}

/// The regions' zones, from the database that the program carries.
///
/// # Panics
/// Never: a test looks every name up.
#[must_use]
pub fn zones() -> Vec<TimeZone> {
    TIMEZONES
        .iter()
        .map(|name| TimeZone::get(name).unwrap_or_else(|_| panic!("no time zone {name}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summer_time_counts() {
        let hours = |at: &str| local_hours(&zones(), at.parse().unwrap());
        let winter = hours("2026-01-15T12:00:00Z");
        let summer = hours("2026-07-15T12:00:00Z");
        // New York, Berlin, Kolkata (which has none, and a half hour).
        for (place, in_winter, in_summer) in [(0, 7.0, 8.0), (4, 13.0, 14.0), (8, 17.5, 17.5)] {
            assert!((winter[place] - in_winter).abs() < 1e-9, "{winter:?}");
            assert!((summer[place] - in_summer).abs() < 1e-9, "{summer:?}");
        }
    }

    #[test]
    fn the_mean_over_a_day_is_one() {
        let mean = (0..240).map(|tenth| activity(f64::from(tenth) / 10.0)).sum::<f64>() / 240.0;
        assert!((mean - 1.0).abs() < 1e-9, "{mean}");
        assert!(activity(15.0) / activity(3.0) > 6.9);
    }
}
