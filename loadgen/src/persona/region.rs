//! Regions: where they are and how far away.

use std::time::Duration;

use api_types::synthetic::REGIONS;

/// The IANA time zones of [`REGIONS`].
pub const TIMEZONES: [&str; REGIONS.len()] = [
    "America/New_York",
    "America/Los_Angeles",
    "America/Toronto",
    "Europe/Dublin",
    "Europe/Berlin",
    "Europe/London",
    "Asia/Hong_Kong",
    "Asia/Singapore",
    "Asia/Kolkata",
];

/// A region's part in the traffic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    /// Its share, relative to the other regions'.
    pub weight: f64,
    /// One way over the wide-area network to a lab in central Europe.
    pub path: Duration,
}

/// Half of the round trips that cloud providers publish between such places, rounded:
/// a model, not a measurement.
pub const DEFAULTS: [Region; REGIONS.len()] = [
    region(20.0, 45),
    region(12.0, 75),
    region(6.0, 50),
    region(12.0, 13),
    region(16.0, 2),
    region(10.0, 8),
    region(8.0, 105),
    region(8.0, 82),
    region(8.0, 60),
];

const fn region(weight: f64, path_ms: u64) -> Region {
    Region { weight, path: Duration::from_millis(path_ms) }
}
