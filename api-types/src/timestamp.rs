//! A moment on the wire: RFC 3339, UTC, microseconds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::decimal;

const DAY_US: i64 = 86_400_000_000;

/// Microseconds since the Unix epoch, written as `2026-01-31T12:00:00.000001Z`.
///
/// The conversions are our own, in integers, because the browser needs them too: a
/// date library costs it more than the rest of this crate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Why a text is no [`Timestamp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotATimestamp;

impl Timestamp {
    /// The moment `us` microseconds after the Unix epoch.
    #[must_use]
    pub const fn from_unix_micros(us: i64) -> Self {
        Self(us)
    }

    /// Microseconds since the Unix epoch.
    #[must_use]
    pub const fn unix_micros(self) -> i64 {
        self.0
    }

    /// As it travels: `2026-01-31T12:00:00.000001Z`.
    #[must_use]
    pub fn text(self) -> String {
        let mut text = self.day_text();
        text.push('T');
        push_clock(&mut text, self.0.rem_euclid(DAY_US), 1);
        text.push('Z');
        text
    }

    /// Day and minute in UTC as a list shows them: `2026-01-31 12:00`.
    #[must_use]
    pub fn minute_text(self) -> String {
        let mut text = self.day_text();
        text.push(' ');
        let minutes = self.0.rem_euclid(DAY_US).unsigned_abs() / 60_000_000;
        decimal::push_padded(&mut text, minutes / 60, 2);
        text.push(':');
        decimal::push_padded(&mut text, minutes % 60, 2);
        text
    }

    /// The time of day in UTC as a log shows it: `12:00:00.000`.
    #[must_use]
    pub fn clock_text(self) -> String {
        let mut text = String::new();
        push_clock(&mut text, self.0.rem_euclid(DAY_US), 1000);
        text
    }

    fn day_text(self) -> String {
        let (year, month, day) = civil_from_days(self.0.div_euclid(DAY_US));
        let mut text = String::new();
        if year < 0 {
            text.push('-');
        }
        decimal::push_padded(&mut text, year.unsigned_abs(), 4);
        for part in [month, day] {
            text.push('-');
            decimal::push_padded(&mut text, part.unsigned_abs(), 2);
        }
        text
    }
}

/// Appends the time of day; the fraction counts pieces of `piece_us` microseconds, 1 or
/// 1000.
fn push_clock(text: &mut String, us_of_day: i64, piece_us: u64) {
    let us = us_of_day.unsigned_abs();
    let seconds = us / 1_000_000;
    for (part, mark) in [(seconds / 3600, ':'), (seconds / 60 % 60, ':'), (seconds % 60, '.')] {
        decimal::push_padded(text, part, 2);
        text.push(mark);
    }
    let digits = if piece_us == 1 { 6 } else { 3 };
    decimal::push_padded(text, us % 1_000_000 / piece_us, digits);
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl FromStr for Timestamp {
    type Err = NotATimestamp;

    /// Reads UTC times with any number of fractional digits; those beyond the sixth
    /// are cut off.
    fn from_str(text: &str) -> Result<Self, NotATimestamp> {
        read(text.as_bytes()).ok_or(NotATimestamp)
    }
}

fn read(text: &[u8]) -> Option<Timestamp> {
    let number = |from: usize, to: usize| {
        let value = decimal::parse(text.get(from..to)?)?;
        i64::try_from(value).ok()
    };
    for (at, mark) in [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')] {
        if *text.get(at)? != mark {
            return None;
        }
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if month == 0 || month > 12 || day == 0 || day > 31 || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = text.get(19..)?;
    let mut fraction = 0;
    if let Some(digits) = rest.strip_prefix(b".") {
        let digits = digits.strip_suffix(b"Z")?;
        decimal::parse(digits)?;
        for at in 0..6 {
            fraction = fraction * 10 + digits.get(at).map_or(0, |digit| i64::from(digit - b'0'));
        }
    } else if rest != b"Z" {
        return None;
    }
    let seconds = hour * 3600 + minute * 60 + second;
    let days = days_from_civil(year, month, day);
    Some(Timestamp(days * DAY_US + seconds * 1_000_000 + fraction))
}

impl fmt::Display for NotATimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected an RFC 3339 time in UTC, such as 2026-01-31T12:00:00.000000Z")
    }
}

impl std::error::Error for NotATimestamp {}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "schema")]
impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                utoipa::openapi::KnownFormat::DateTime,
            )))
            .into()
    }
}

#[cfg(feature = "schema")]
impl utoipa::ToSchema for Timestamp {}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Days since the epoch of a date in the proleptic Gregorian calendar, after Howard
/// Hinnant's `days_from_civil`: years begin in March, so that leap days end them.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The inverse of [`days_from_civil`]: year, month, day.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_print_and_read_back() {
        for (us, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (1_709_251_199_000_007, "2024-02-29T23:59:59.000007Z"),
            (4_107_542_399_999_999, "2100-02-28T23:59:59.999999Z"),
        ] {
            assert_eq!(Timestamp::from_unix_micros(us).to_string(), text);
            assert_eq!(text.parse(), Ok(Timestamp::from_unix_micros(us)));
        }
    }

    #[test]
    fn people_see_the_part_that_they_need() {
        let moment = Timestamp::from_unix_micros(1_709_251_199_123_007);
        assert_eq!(moment.minute_text(), "2024-02-29 23:59");
        assert_eq!(moment.clock_text(), "23:59:59.123");
        assert_eq!(Timestamp::from_unix_micros(-1).clock_text(), "23:59:59.999");
    }

    #[test]
    fn every_day_of_eight_centuries_reads_back() {
        for day in -146_097..146_097 {
            let moment = Timestamp::from_unix_micros(day * DAY_US + 1);
            assert_eq!(moment.to_string().parse(), Ok(moment));
        }
    }

    #[test]
    fn fractions_of_any_length_are_read() {
        let second = 1_709_251_199_000_000;
        for (text, us) in [
            ("2024-02-29T23:59:59Z", 0),
            ("2024-02-29T23:59:59.5Z", 500_000),
            ("2024-02-29T23:59:59.123456789Z", 123_456),
        ] {
            assert_eq!(text.parse(), Ok(Timestamp::from_unix_micros(second + us)));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "2024-02-29",
            "2024-02-29T23:59:59",
            "2024-02-29T23:59:59+01:00",
            "2024-02-29T23:59:59.Z",
            "2024-13-29T23:59:59Z",
            "2024-02-29T24:00:00Z",
            "2024-02-29 23:59:59Z",
            "２０24-02-29T23:59:59Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(NotATimestamp), "{text}");
        }
    }
}
