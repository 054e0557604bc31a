//! From values to places on a drawing, and the values that are worth a label.

use std::time::Duration;

use crate::report::text::ms;

/// Maps a range of values to a range of places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    from: f64,
    to: f64,
    low: f64,
    high: f64,
}

impl Scale {
    /// `from` is placed at `low`, `to` at `high`.
    pub(super) fn new((from, to): (f64, f64), (low, high): (f64, f64)) -> Self {
        Self { from, to, low, high }
    }

    /// Where a value is; those outside of the range are at its ends.
    pub(super) fn at(&self, value: f64) -> f64 {
        let span = self.to - self.from;
        let share = if span > 0.0 { ((value - self.from) / span).clamp(0.0, 1.0) } else { 0.0 };
        tenths(share.mul_add(self.high - self.low, self.low))
    }
}

/// What nobody sees of a drawing takes no room in the file.
pub(super) fn tenths(place: f64) -> f64 {
    (place * 10.0).round() / 10.0
}

/// Round numbers from 0 to at least `max`, about four.
pub(super) fn rounds(max: f64) -> Vec<f64> {
    let rough = (max / 4.0).max(1e-3);
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|factor| factor * power)
        .into_iter()
        .find(|step| *step >= rough * 0.999)
        .unwrap_or(rough);
    let mut rounds = vec![0.0];
    while rounds.last().is_some_and(|last| *last < max * 0.999) {
        rounds.push(f64::from(u32::try_from(rounds.len()).unwrap_or(u32::MAX)) * step);
    }
    rounds
}

/// Powers of ten from one that is at most `min` to one that is at least `max`.
pub(super) fn decades(min: f64, max: f64) -> (f64, f64) {
    let low = min.max(1e-3).log10().floor();
    (low, max.max(1e-3).log10().ceil().max(low + 1.0))
}

/// Ticks of a time axis, at most `count` steps, with their names.
pub(super) fn times(length: Duration, count: u32) -> Vec<(Duration, String)> {
    const STEPS: [u32; 14] = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400];
    let step = STEPS
        .iter()
        .map(|seconds| Duration::from_secs(u64::from(*seconds)))
        .find(|step| *step * count >= length)
        .unwrap_or(length / count.max(1));
    let mut times = Vec::new();
    let mut at = Duration::ZERO;
    while at <= length && !step.is_zero() {
        times.push((at, clock(at, length)));
        at += step;
    }
    times
}

/// `40 s`, `2:30` or `1:30 h`, as it suits the whole length.
pub(super) fn clock(at: Duration, length: Duration) -> String {
    let seconds = at.as_secs();
    if length <= Duration::from_mins(2) {
        format!("{seconds} s")
    } else if length <= Duration::from_hours(2) {
        format!("{}:{:02}", seconds / 60, seconds % 60)
    } else {
        format!("{}:{:02} h", seconds / 3_600, seconds / 60 % 60)
    }
}

/// A power of ten of milliseconds.
pub(super) fn decade(power: f64) -> String {
    let duration = Duration::from_secs_f64(10f64.powf(power) / 1e3);
    if power >= 3.0 {
        format!("{} s", duration.as_secs())
    } else if power >= 0.0 {
        format!("{:.0} ms", duration.as_secs_f64() * 1e3)
    } else {
        ms(duration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_round() {
        assert_eq!(rounds(60.0), [0.0, 20.0, 40.0, 60.0]);
        assert_eq!(rounds(61.0).last(), Some(&80.0));
        assert_eq!(rounds(0.0), [0.0]);
        assert_eq!(decades(0.7, 480.0), (-1.0, 3.0));
        assert_eq!(decades(0.0, 0.0), (-3.0, -2.0));
        let times = times(Duration::from_mins(1), 6);
        let names: Vec<_> = times.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["0 s", "10 s", "20 s", "30 s", "40 s", "50 s", "60 s"]);
        assert_eq!(clock(Duration::from_secs(150), Duration::from_mins(5)), "2:30");
        assert_eq!([decade(-1.0), decade(1.0), decade(3.0)], ["0.10 ms", "10 ms", "1 s"]);
    }

    #[test]
    fn places_stay_on_the_drawing() {
        let scale = Scale::new((0.0, 10.0), (200.0, 100.0));
        assert_eq!(
            [-1.0, 0.0, 5.0, 10.0, 99.0].map(|value| scale.at(value).to_bits()),
            [200.0f64, 200.0, 150.0, 100.0, 100.0].map(f64::to_bits)
        );
        let empty = Scale::new((3.0, 3.0), (0.0, 1.0));
        assert!(empty.at(3.0).is_finite());
    }
}
