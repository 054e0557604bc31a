//! Durations as people write them.

use std::time::Duration;

use humantime::Duration as HumanDuration;

const MIN: Duration = Duration::from_millis(1);
/// Longer than anything that a client should wait for.
const MAX: Duration = Duration::from_hours(1);

/// A duration of 1 ms to 1 h, such as `500ms`, `10s` or `1m 30s`.
pub(super) fn parse(text: &str) -> Result<HumanDuration, &'static str> {
    match text.parse::<HumanDuration>() {
        Ok(duration) if (MIN..=MAX).contains(&*duration) => Ok(duration),
        _ => Err("expected 1ms to 1h, such as 500ms, 10s or 1m 30s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit_and_a_range() {
        let parsed = |text| parse(text).map(Duration::from);
        assert_eq!(parsed("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parsed("1m 30s"), Ok(Duration::from_secs(90)));
        assert_eq!(parsed("1h"), Ok(MAX));
        for text in ["", "10", "-1s", "0s", "999us", "61m", "soon", "1e3s", "99999999999999999999s"]
        {
            assert!(parsed(text).unwrap_err().contains("500ms"), "{text}");
        }
    }
}
