//! Which traces are recorded. The decision is made where a trace begins and travels with
//! it (head sampling): what the server began goes as the server decided.

use super::ids::TraceId;

/// The share of new traces that is recorded.
#[derive(Clone, Copy, Debug)]
pub struct Ratio(f64);

impl Ratio {
    /// `ratio` from 0 to 1; anything else that is no such number records everything.
    #[must_use]
    pub fn new(ratio: f64) -> Self {
        Self(if ratio.is_nan() { 1.0 } else { ratio })
    }

    /// Whether a new trace of this id is recorded: by the lower 63 bits, as the server's
    /// sampler decides (OpenTelemetry specification, `TraceIdRatioBased`).
    #[must_use]
    pub fn samples(self, id: TraceId) -> bool {
        let low = id.0.iter().skip(8).fold(0, |low, byte| low << 8 | u64::from(*byte)) >> 1;
        #[expect(clippy::cast_precision_loss, reason = "the decision needs no 63 bits")]
        let low = low as f64;
        self.0 >= 1.0 || low < self.0 * 9_223_372_036_854_775_808.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(low: u64) -> TraceId {
        let mut id = TraceId([0xff; 16]);
        id.0[8..].copy_from_slice(&low.to_be_bytes());
        id
    }

    #[test]
    fn the_ends_record_all_and_nothing() {
        for low in [0, 1, u64::MAX / 2, u64::MAX] {
            assert!(Ratio::new(1.0).samples(id(low)));
            assert!(!Ratio::new(0.0).samples(id(low)));
            assert!(Ratio::new(f64::NAN).samples(id(low)));
        }
    }

    #[test]
    fn a_quarter_is_the_lowest_quarter() {
        let quarter = Ratio::new(0.25);
        assert!(quarter.samples(id(u64::MAX / 4 - 5000)));
        assert!(!quarter.samples(id(u64::MAX / 4 + 5000)));
    }
}
