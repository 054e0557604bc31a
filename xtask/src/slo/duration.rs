//! Durations as Prometheus writes them, in whole seconds.

use serde::{Deserialize, Deserializer, de};
use std::fmt;

/// A positive number of seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seconds(pub(crate) u64);

const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// A number and one unit, such as `90s` or `3d`.
pub(crate) fn parse(text: &str) -> Option<Seconds> {
    let unit = text.chars().last()?;
    let (_, seconds) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
    number.checked_mul(seconds).filter(|seconds| *seconds > 0).map(Seconds)
}

impl Seconds {
    /// This divided by `scale`, at least `least`.
    pub(crate) fn scaled(self, scale: u64, least: Self) -> Self {
        Self(self.0 / scale).max(least)
    }
}

/// In the largest unit that leaves no rest.
impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = UNITS.into_iter().find(|(_, seconds)| self.0.is_multiple_of(*seconds));
        let (unit, seconds) = fits.unwrap_or(('s', 1));
        write!(f, "{}{unit}", self.0 / seconds)
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text)
            .ok_or_else(|| de::Error::custom(format!("{text:?} is no duration such as 5m or 3d")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_whole_unit_is_shown() {
        for text in ["20s", "5m", "96m", "1h", "36h", "30d"] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
        assert_eq!(parse("24h").unwrap().to_string(), "1d");
    }

    #[test]
    fn nonsense_is_no_duration() {
        for text in ["", "m", "5", "-5m", "1.5h", "0s", "5x", "5m5"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn scaling_keeps_the_least() {
        let window = parse("1m").unwrap();
        assert_eq!(window.scaled(15, Seconds(20)), Seconds(20));
        assert_eq!(parse("1h").unwrap().scaled(15, Seconds(20)).to_string(), "4m");
    }
}
