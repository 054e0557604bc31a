//! Medians and ratios.

use std::fmt;
use std::time::Duration;

use super::wrk::Measured;

/// One kind of request, measured on both servers in turn.
pub(crate) struct Case {
    name: &'static str,
    pairs: Vec<(Measured, Measured)>,
}

/// Everything that a run measured; of two values the first is the full server's.
pub(crate) struct Report {
    pub(crate) cases: Vec<Case>,
    pub(crate) rounds: usize,
    pub(crate) seconds: u32,
    pub(crate) ready: [Duration; 2],
    pub(crate) memory_kb: [u64; 2],
    pub(crate) dropped: u64,
}

impl Case {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, pairs: Vec::new() }
    }

    pub(crate) fn add(&mut self, full: Measured, none: Measured) {
        self.pairs.push((full, none));
    }

    /// The median of what `of` makes of each pair.
    fn median(&self, of: impl Fn(&(Measured, Measured)) -> f64) -> f64 {
        let mut values: Vec<f64> = self.pairs.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

/// A row of the report's table.
impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = |measured: Measured| measured.requests_per_second;
        let ratio = self.median(|(full, none)| rate(*full) / rate(*none));
        write!(
            f,
            "| {} | {ratio:.2} | {:.0} | {:.0} | {:.1} | {:.1} |",
            self.name,
            self.median(|(full, _)| rate(*full)),
            self.median(|(_, none)| rate(*none)),
            self.median(|(full, _)| full.p99),
            self.median(|(_, none)| none.p99),
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let processors = std::thread::available_parallelism().map_or(0, usize::from);
        writeln!(f, "# What full telemetry costs\n")?;
        writeln!(
            f,
            "`cargo xtask bench --write` made this on {processors} processors, shared by both \
             servers and wrk (16 connections): {} rounds of {} s each, the servers in turn, \
             medians. Absolute rates are the machine's; the ratios are the point.\n",
            self.rounds, self.seconds
        )?;
        writeln!(
            f,
            "Full: every trace sampled, spans, JSON log lines into a file, the trace store, \
             Prometheus metrics. None: `OTEL_SDK_DISABLED=true RUST_LOG=off`, the metrics stay. \
             SQLite, `synchronous=FULL`. No collector.\n"
        )?;
        writeln!(
            f,
            "| request | full/none | full req/s | none req/s | full p99 ms | none p99 ms |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|")?;
        for case in &self.cases {
            writeln!(f, "{case}")?;
        }
        let [full, none] = self.memory_kb.map(|kb| kb / 1024);
        let [full_ready, none_ready] = self.ready.map(|ready| ready.as_millis());
        writeln!(f, "\nMemory after the load: {full} MB full, {none} MB none.")?;
        writeln!(f, "Start to ready: {full_ready} ms full, {none_ready} ms none.")?;
        writeln!(f, "Spans and log records lost, saturation included: {}.", self.dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_shows_medians_of_pairs() {
        let measured = |requests_per_second, p99| Measured { requests_per_second, p99 };
        let mut case = Case::new("GET /");
        case.add(measured(50.0, 1.0), measured(100.0, 2.0));
        case.add(measured(90.0, 3.0), measured(100.0, 1.0));
        case.add(measured(60.0, 2.0), measured(80.0, 3.0));
        assert_eq!(case.to_string(), "| GET / | 0.75 | 60 | 100 | 2.0 | 2.0 |");
    }
}
