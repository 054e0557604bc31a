//! What is promised of the generator, and what a run missed of it.

use anyhow::{Result, ensure};

use super::report::{Half, Memory, PATH, PERSONAS, Report};

/// Requests per second and core beside oha, asking for one path.
const PATH_RATIO: f64 = 0.8;
/// Likewise with personas.
const PERSONAS_RATIO: f64 = 0.6;
/// How late 99 % of the requests may be taken up at half of the greatest rate, milliseconds.
const SLIP_P99_MS: f64 = 1.0;
/// How far the rate may be from the one that was asked for.
const RATE_OFF: f64 = 0.01;
/// How much memory may grow after the first quarter of a long run.
const GROWTH: f64 = 1.1;

/// Fails with every promise that the run did not keep.
pub(super) fn judge(report: &Report) -> Result<()> {
    let missed = missed(
        [report.compared.ratio(PATH), report.compared.ratio(PERSONAS)],
        &report.half,
        &report.memory,
    );
    ensure!(missed.is_empty(), "missed: {}", missed.join("; "));
    Ok(())
}

fn missed([path, personas]: [f64; 2], half: &Half, memory: &Memory) -> Vec<String> {
    let kept = half.sent / (half.rate * f64::from(half.seconds));
    let growth = super::report::kb(memory.late_kb) / super::report::kb(memory.early_kb);
    // What is no number keeps no promise.
    [
        (path >= PATH_RATIO, format!("{path:.2} of oha's requests per core, not {PATH_RATIO}")),
        (
            personas >= PERSONAS_RATIO,
            format!("{personas:.2} of them with personas, not {PERSONAS_RATIO}"),
        ),
        (
            half.slip_p99_ms <= SLIP_P99_MS,
            format!("99 % taken up within {:.2} ms, not {SLIP_P99_MS}", half.slip_p99_ms),
        ),
        ((kept - 1.0).abs() <= RATE_OFF, format!("{:.2} % of the rate", 100.0 * kept)),
        (growth <= GROWTH, format!("memory grew {growth:.2} times")),
    ]
    .into_iter()
    .filter(|(is_kept, _)| !is_kept)
    .map(|(_, what)| what)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_missed_is_named() {
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
        assert_eq!(missed([0.8, 0.6], &half(5_941.0, 1.0), &memory(22_000)), [""; 0]);
        let all = missed([0.79, f64::NAN], &half(5_939.0, 1.01), &memory(22_001));
        assert_eq!(all.len(), 5, "{all:?}");
        assert_eq!(all[3], "98.98 % of the rate");
    }
}
