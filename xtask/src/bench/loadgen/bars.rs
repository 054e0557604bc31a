//! What is promised of the generator.

use super::report::{Half, Memory, PATH, PERSONAS, Report};
use crate::bench::bars::{Bar, Bars};
use crate::bench::number;

/// The promises with what a run measured.
pub(super) fn of(report: &Report) -> Bars {
    let ratios = [report.compared.ratio(PATH), report.compared.ratio(PERSONAS)];
    promises(ratios, &report.half, &report.memory)
}

fn promises([path, personas]: [f64; 2], half: &Half, memory: &Memory) -> Bars {
    let kept = half.sent / (half.rate * f64::from(half.seconds));
    let growth = number(memory.late_kb) / number(memory.early_kb);
    Bars::new(vec![
        Bar::at_least("requests per core beside oha, one path", 0.8, path),
        Bar::at_least("likewise with personas", 0.6, personas),
        Bar::at_most("99 % taken up at half of the greatest rate", 1.0, half.slip_p99_ms)
            .unit(" ms late"),
        Bar::at_most("that rate off the one asked for", 1.0, 100.0 * (kept - 1.0).abs()).unit(" %"),
        Bar::at_most("memory at the end over that after a quarter", 1.1, growth),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_promise_is_judged_at_its_limit() {
        let half = |sent, slip_p99_ms| Half {
            rate: 100.0,
            seconds: 60,
            sent,
            dropped: 0.0,
            slip_p50_ms: 0.1,
            slip_p99_ms,
            slip_max_ms: 9.0,
        };
        let memory = |late_kb| Memory { requests: 1_000_000, early_kb: 20_000, late_kb };
        let kept = promises([0.8, 0.6], &half(5_941.0, 1.0), &memory(22_000));
        assert!(kept.judge().is_ok(), "{kept}");
        let missed = promises([0.79, f64::NAN], &half(5_939.0, 1.01), &memory(22_001));
        let error = missed.judge().expect_err("all were missed").to_string();
        assert_eq!(error.matches(", not ").count(), 5, "{error}");
        assert!(error.contains("asked for: 1.02 %, not ≤ 1.00 %"), "{error}");
    }
}
