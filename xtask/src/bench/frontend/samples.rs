//! What the runner measured, and the medians of it.

use serde_json::Value;

/// The runner's output: per page a list of samples, one per round.
pub(super) struct Samples(pub(super) Value);

/// A median with the values that it lies between.
#[derive(Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) least: f64,
    pub(super) median: f64,
    pub(super) most: f64,
}

impl Samples {
    /// The browser's name and version.
    pub(super) fn browser(&self) -> &str {
        self.0["browser"].as_str().unwrap_or("Chromium")
    }

    /// The median of a value of a page.
    pub(super) fn median(&self, page: usize, of: &str) -> f64 {
        spread(self.values(page, of)).median
    }

    /// The median of what a page's value is over another page's in the same round.
    pub(super) fn over(&self, page: usize, base: usize, of: &str) -> f64 {
        self.spread_over(page, base, of).median
    }

    /// The same with its least and its most.
    pub(super) fn spread_over(&self, page: usize, base: usize, of: &str) -> Spread {
        let (values, bases) = (self.values(page, of), self.values(base, of));
        spread(values.iter().zip(&bases).map(|(value, base)| value - base).collect())
    }

    fn values(&self, page: usize, of: &str) -> Vec<f64> {
        let samples = self.0["samples"][page].as_array().into_iter().flatten();
        samples.filter_map(|sample| sample[of].as_f64()).collect()
    }
}

/// Of nothing, everything is NaN.
fn spread(mut values: Vec<f64>) -> Spread {
    values.sort_by(f64::total_cmp);
    let at = |place: usize| values.get(place).copied().unwrap_or(f64::NAN);
    Spread { least: at(0), median: at(values.len() / 2), most: at(values.len().saturating_sub(1)) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn costs_are_medians_of_differences_within_a_round() {
        let page = |values: [u32; 3]| values.map(|cpu_us| json!({ "cpu_us": cpu_us }));
        let samples = json!({ "samples": [page([100, 200, 300]), page([150, 230, 390])] });
        let samples = Samples(samples);
        let expected = Spread { least: 30.0, median: 50.0, most: 90.0 };
        assert_eq!(samples.spread_over(1, 0, "cpu_us"), expected);
        assert!((samples.median(0, "cpu_us") - 200.0).abs() < 1e-9);
        assert!(samples.median(0, "heap_bytes").is_nan());
    }
}
