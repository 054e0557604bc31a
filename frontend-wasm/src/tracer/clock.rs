//! Time in whole nanoseconds since the Unix epoch, from the browser's monotonic clock.

use std::cell::Cell;

use web_sys::{Event, Performance};

use crate::dynamic;

/// How far the clocks may part before the monotonic one is anchored anew: it stands
/// still while the machine sleeps, and `Date.now()` has the server's idea of now.
const DRIFT_MAX_US: u64 = 250_000;

/// `performance.timeOrigin + performance.now()`.
pub struct Clock {
    performance: Performance,
    origin_us: Cell<u64>,
}

impl Clock {
    /// A clock over the page's own.
    #[must_use]
    pub fn new(performance: Performance) -> Self {
        let origin = dynamic::number(&performance, "timeOrigin").unwrap_or(0.0);
        Self { performance, origin_us: Cell::new(micros(origin)) }
    }

    /// Milliseconds since the navigation began.
    #[must_use]
    pub fn page_ms(&self) -> f64 {
        self.performance.now()
    }

    /// Now.
    #[must_use]
    pub fn now_ns(&self) -> u64 {
        self.at_ns(self.page_ms())
    }

    /// The moment `page_ms` milliseconds after the navigation began.
    #[must_use]
    pub fn at_ns(&self, page_ms: f64) -> u64 {
        (self.origin_us.get() + micros(page_ms)) * 1000
    }

    /// The moment of an event, or now when the browser gives it no sensible time.
    #[must_use]
    pub fn event_ns(&self, event: &Event) -> u64 {
        let time_stamp_ms = dynamic::number(event, "timeStamp").unwrap_or(0.0);
        self.at_ns(event_ms(time_stamp_ms, self.page_ms()))
    }

    /// Anchors the clock anew after the machine has slept. Called where a trace begins,
    /// so that no span spans the jump.
    pub fn settle(&self) {
        let wall_us = micros(js_sys::Date::now());
        let page_us = micros(self.page_ms());
        if (self.origin_us.get() + page_us).abs_diff(wall_us) > DRIFT_MAX_US {
            self.origin_us.set(wall_us.saturating_sub(page_us));
        }
    }
}

/// The event's time if it lies within the last ten seconds: input that waited longer
/// than that was not delayed, its clock is another one.
fn event_ms(time_stamp_ms: f64, now_ms: f64) -> f64 {
    let age_ms = now_ms - time_stamp_ms;
    if (0.0..10_000.0).contains(&age_ms) { time_stamp_ms } else { now_ms }
}

/// Milliseconds as whole microseconds; browsers give no finer ones.
fn micros(ms: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, and the times are positive"
    )]
    let us = (ms * 1000.0) as u64;
    us
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_become_whole_microseconds() {
        assert_eq!(micros(12.3456), 12_345);
        assert_eq!(micros(-1.0), 0);
        assert_eq!(micros(f64::NAN), 0);
        assert_eq!(micros(1_795_000_000_123.5), 1_795_000_000_123_500);
    }

    #[test]
    fn an_implausible_event_time_is_replaced() {
        for (stamp, now, chosen) in
            [(90.0, 100.0, 90.0), (101.0, 100.0, 100.0), (0.0, 60_000.0, 60_000.0)]
        {
            assert_eq!(event_ms(stamp, now).to_bits(), f64::to_bits(chosen));
        }
    }
}
