//! The percentile distribution of `HdrHistogram`, as `wrk2 --latency` prints it and its
//! plotters read it.

use std::fmt;

use crate::histogram::Histogram;

/// Steps in one doubling of the range, with three digits.
const SUB_BUCKETS: u64 = 2_048;

/// A histogram in that format, values in milliseconds.
#[derive(Debug)]
pub struct Hgrm<'h>(pub &'h Histogram);

impl fmt::Display for Hgrm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(histogram) = self;
        writeln!(
            f,
            "{:>12} {:>12} {:>12} {:>12}\n",
            "Value", "Percentile", "TotalCount", "1/(1-Percentile)"
        )?;
        for (value, share, count) in histogram.steps() {
            let value = value.as_secs_f64() * 1e3;
            // All of them are infinitely many nines.
            let nines = 1.0 / (1.0 - share);
            writeln!(f, "{value:>12.3} {share:>12.6} {count:>12} {nines:>12.2}")?;
        }
        let ms = |duration: std::time::Duration| duration.as_secs_f64() * 1e3;
        writeln!(
            f,
            "#[Mean    = {:>12.3}, StdDeviation   = {:>12.3}]",
            ms(histogram.mean()),
            ms(histogram.deviation()),
        )?;
        writeln!(
            f,
            "#[Max     = {:>12.3}, Total count    = {:>12}]",
            ms(histogram.max()),
            histogram.count(),
        )?;
        writeln!(f, "#[Buckets = {:>12}, SubBuckets     = {SUB_BUCKETS:>12}]", buckets(histogram))
    }
}

/// How often the range doubles until it holds the longest.
fn buckets(histogram: &Histogram) -> u32 {
    let max = u64::try_from(histogram.max().as_micros()).unwrap_or(u64::MAX);
    (max / SUB_BUCKETS).checked_ilog2().map_or(1, |doublings| doublings + 2)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn it_is_the_format_that_plotters_read() {
        let mut histogram = Histogram::fine();
        for ms in 1..=4 {
            histogram.record(Duration::from_millis(ms));
        }
        let text = Hgrm(&histogram).to_string();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "       Value   Percentile   TotalCount 1/(1-Percentile)");
        assert_eq!(lines[1], "");
        assert_eq!(lines[2], "       1.000     0.000000            1         1.00");
        let values: Vec<Vec<&str>> = lines[2..]
            .iter()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split_whitespace().collect())
            .collect();
        let shares: Vec<f64> = values.iter().map(|value| value[1].parse().unwrap()).collect();
        assert!(shares.is_sorted());
        assert_eq!(values.last().unwrap()[1..], ["1.000000", "4", "inf"]);
        let tail = &lines[lines.len() - 3..];
        assert_eq!(
            tail,
            [
                "#[Mean    =        2.501, StdDeviation   =        1.118]",
                "#[Max     =        4.001, Total count    =            4]",
                "#[Buckets =            2, SubBuckets     =         2048]",
            ]
        );
    }

    #[test]
    fn nothing_is_a_distribution_as_well() {
        let text = Hgrm(&Histogram::fine()).to_string();
        assert!(text.contains("Total count    =            0]"), "{text}");
    }
}
