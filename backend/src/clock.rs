//! Time as an argument, so that tests choose it.

use api_types::Timestamp;
use time::OffsetDateTime;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Now, in UTC, cut to microseconds: what both databases keep.
    fn now(&self) -> OffsetDateTime;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        cut_to_micros(OffsetDateTime::now_utc())
    }
}

/// A clock that stands still.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(
    /// What it shows.
    pub OffsetDateTime,
);

impl Clock for FixedClock {
    fn now(&self) -> OffsetDateTime {
        cut_to_micros(self.0)
    }
}

/// A time as answers write it.
#[must_use]
pub fn timestamp(time: OffsetDateTime) -> Timestamp {
    // The time crate's range ends long before an i64 of microseconds does.
    Timestamp::from_unix_micros(
        i64::try_from(time.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX),
    )
}

fn cut_to_micros(time: OffsetDateTime) -> OffsetDateTime {
    // Every microsecond is a valid nanosecond.
    time.replace_nanosecond(time.microsecond() * 1_000).unwrap_or(time)
}
