//! Durations by how often they occurred, in bounded memory.

use std::time::Duration;

use hdrhistogram::Histogram as Hdr;

/// What is longer counts as this long: longer than any request may take.
const MAX: Duration = Duration::from_hours(1);

/// A histogram of durations with a resolution of one microsecond, a [`fine`](Self::fine)
/// one by default. Histograms of one precision merge without loss.
#[derive(Clone, Debug)]
pub struct Histogram(Hdr<u64>);

impl Default for Histogram {
    fn default() -> Self {
        Self::fine()
    }
}

impl Histogram {
    /// Keeps three significant digits: values are right to 0.1 %.
    #[must_use]
    pub fn fine() -> Self {
        Self::with_digits(3)
    }

    /// Keeps two significant digits: right to 1 %, in an eighth of the memory.
    #[must_use]
    pub fn coarse() -> Self {
        Self::with_digits(2)
    }

    /// Grows with the longest value: 20 kB per factor of two at the most.
    fn with_digits(digits: u8) -> Self {
        let mut histogram = Hdr::new(digits).unwrap_or_else(|_| unreachable!("1 to 5 digits do"));
        histogram.auto(true);
        Self(histogram)
    }

    /// Counts one more.
    pub fn record(&mut self, duration: Duration) {
        // It grows as far as needed.
        let _ = self.0.record(micros(duration.min(MAX)));
    }

    /// Adds another's counts.
    pub fn merge(&mut self, other: &Self) {
        // It grows as far as needed.
        let _ = self.0.add(&other.0);
    }

    /// Forgets everything and keeps its memory.
    pub fn clear(&mut self) {
        self.0.reset();
    }

    /// How many were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The value that a share of all, 0 to 1, does not exceed; zero where nothing was
    /// counted.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Duration {
        // The share of the smallest value is more than nothing.
        let share = share.max(f64::EPSILON);
        Duration::from_micros(self.0.value_at_quantile(share)).min(self.max())
    }

    /// The longest.
    #[must_use]
    pub fn max(&self) -> Duration {
        Duration::from_micros(self.0.max())
    }

    /// The arithmetic mean.
    #[must_use]
    pub fn mean(&self) -> Duration {
        Duration::from_secs_f64(self.0.mean() / 1e6)
    }

    /// The standard deviation.
    #[must_use]
    pub fn deviation(&self) -> Duration {
        Duration::from_secs_f64(self.0.stdev() / 1e6)
    }

    /// Values with the share of all that they reach, denser towards the top: what an
    /// `.hgrm` file lists.
    pub fn steps(&self) -> impl Iterator<Item = (Duration, f64, u64)> + '_ {
        let mut counted = 0;
        self.0.iter_quantiles(5).map(move |step| {
            counted += step.count_since_last_iteration();
            (Duration::from_micros(step.value_iterated_to()), step.quantile_iterated_to(), counted)
        })
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn quantiles_are_the_exact_ones_within_the_precision(
            mut values in prop::collection::vec(1u64..60_000_000, 1..2_000),
            share in 0.0f64..=1.0,
        ) {
            let (mut fine, mut coarse) = (Histogram::fine(), Histogram::coarse());
            for value in &values {
                fine.record(Duration::from_micros(*value));
                coarse.record(Duration::from_micros(*value));
            }
            values.sort_unstable();
            #[expect(
                clippy::cast_possible_truncation, clippy::cast_sign_loss,
                clippy::cast_precision_loss, reason = "a place in a short list"
            )]
            let rank = ((values.len() as f64 * share).ceil() as usize).clamp(1, values.len());
            let exact = Duration::from_micros(values[rank - 1]);
            for (histogram, precision) in [(&fine, 0.001), (&coarse, 0.01)] {
                let told = histogram.quantile(share);
                prop_assert!(told >= exact, "{told:?} < {exact:?}");
                let bound = exact.mul_f64(1.0 + precision) + Duration::from_micros(1);
                prop_assert!(told <= bound, "{told:?} > {bound:?}");
            }
        }

        #[test]
        fn merging_is_counting_together(
            left in prop::collection::vec(1u64..60_000_000, 0..500),
            right in prop::collection::vec(1u64..60_000_000, 0..500),
        ) {
            let of = |values: &[u64]| {
                let mut histogram = Histogram::fine();
                for value in values {
                    histogram.record(Duration::from_micros(*value));
                }
                histogram
            };
            let mut merged = of(&left);
            merged.merge(&of(&right));
            let together = of(&[left, right].concat());
            for share in [0.0, 0.5, 0.9, 0.99, 1.0] {
                prop_assert_eq!(merged.quantile(share), together.quantile(share));
            }
            prop_assert_eq!(merged.count(), together.count());
        }
    }

    #[test]
    fn nothing_is_zero_and_too_long_is_cut() {
        let mut histogram = Histogram::coarse();
        assert_eq!((histogram.quantile(0.99), histogram.max()), (Duration::ZERO, Duration::ZERO));
        histogram.record(Duration::MAX);
        assert!(histogram.max() <= MAX.mul_f64(1.01));
    }
}
