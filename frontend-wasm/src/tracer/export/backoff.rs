//! When to try again after a failed export.

/// The longest pause, whatever the receiver asks for: a tab rarely lives longer.
const MAX_MS: u32 = 60_000;
const FIRST_MS: u32 = 1_000;

/// What became of a request, by its status; transport faults have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The receiver has the spans.
    Taken,
    /// It may take them later (OTLP specification, "Retryable Response Codes").
    Later,
    /// It will never take them.
    Refused,
}

impl Outcome {
    /// The outcome of an answer; `None` stands for a transport fault.
    #[must_use]
    pub(super) fn of(status: Option<u16>) -> Self {
        match status {
            Some(200..300) => Self::Taken,
            None | Some(429 | 502 | 503 | 504) => Self::Later,
            Some(_) => Self::Refused,
        }
    }
}

/// Counts the failures in a row; a success starts it anew.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// After a failure: the pause in milliseconds. `retry_after_s` is the receiver's
    /// own wish; without one the pauses double.
    pub(super) fn next_ms(&mut self, retry_after_s: Option<u32>) -> u32 {
        let doubled = FIRST_MS.saturating_mul(1 << self.failures.min(10));
        self.failures += 1;
        let wanted = retry_after_s.map_or(doubled, |seconds| seconds.saturating_mul(1000));
        wanted.clamp(FIRST_MS, MAX_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..8).map(|_| backoff.next_ms(None)).collect();
        assert_eq!(pauses, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    }

    #[test]
    fn the_receivers_wish_counts_within_bounds() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.next_ms(Some(5)), 5000);
        assert_eq!(backoff.next_ms(Some(0)), 1000);
        assert_eq!(backoff.next_ms(Some(u32::MAX)), MAX_MS);
    }

    #[test]
    fn statuses_follow_the_specification() {
        assert_eq!(Outcome::of(Some(200)), Outcome::Taken);
        for status in [None, Some(429), Some(502), Some(503), Some(504)] {
            assert_eq!(Outcome::of(status), Outcome::Later);
        }
        for status in [400, 403, 413, 415, 500] {
            assert_eq!(Outcome::of(Some(status)), Outcome::Refused);
        }
    }
}
