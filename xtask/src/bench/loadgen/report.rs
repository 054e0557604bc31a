//! docs/benchmarks/loadgen.md.

use std::fmt;

use super::run::Measured;
use super::{CONNECTIONS, bars};
use crate::bench::megabytes;

/// The tools, and what each round measured of them.
pub(super) struct Compared {
    pub(super) names: Vec<&'static str>,
    pub(super) rounds: Vec<Vec<Measured>>,
}

/// The open model at half of the greatest rate.
pub(super) struct Half {
    pub(super) rate: f64,
    pub(super) seconds: u32,
    pub(super) sent: f64,
    pub(super) dropped: f64,
    pub(super) slip_p50_ms: f64,
    pub(super) slip_p99_ms: f64,
    pub(super) slip_max_ms: f64,
}

/// Resident memory of a long run, after a quarter of it and at its end.
pub(super) struct Memory {
    pub(super) requests: u64,
    pub(super) early_kb: u64,
    pub(super) late_kb: u64,
}

/// Everything that was measured.
pub(super) struct Report {
    pub(super) compared: Compared,
    pub(super) half: Half,
    pub(super) memory: Memory,
    pub(super) oha: &'static str,
    pub(super) seconds: u32,
}

/// The place of the generator that asks for one path.
pub(super) const PATH: usize = 2;
/// Likewise with personas and trace headers.
pub(super) const PERSONAS: usize = 3;

impl Compared {
    /// Medians of the generator with personas.
    pub(super) fn personas(&self) -> Measured {
        self.medians(PERSONAS)
    }

    /// Requests per second and core beside the first tool's: the median of the rounds' ratios.
    pub(super) fn ratio(&self, place: usize) -> f64 {
        self.median(|round| round[place].per_core / round[0].per_core)
    }

    fn medians(&self, place: usize) -> Measured {
        let of = |of: fn(&Measured) -> f64| self.median(|round| of(&round[place]));
        Measured {
            rate: of(|measured| measured.rate),
            per_core: of(|measured| measured.per_core),
            p99_ms: of(|measured| measured.p99_ms),
        }
    }

    fn median(&self, of: impl Fn(&[Measured]) -> f64) -> f64 {
        crate::bench::median(self.rounds.iter().map(|round| of(round)).collect())
    }
}

/// A row per tool; ratios are medians of each round's ratio to the first tool.
impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| tool | req/s per core | ratio | req/s | p99 ms |\n|---|---|---|---|---|")?;
        for (place, name) in self.names.iter().enumerate() {
            let Measured { rate, per_core, p99_ms } = self.medians(place);
            let ratio = self.ratio(place);
            writeln!(f, "| {name} | {per_core:.0} | {ratio:.2} | {rate:.0} | {p99_ms:.1} |")?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let processors = std::thread::available_parallelism().map_or(0, usize::from);
        let Half { rate, seconds, sent, dropped, slip_p50_ms, slip_p99_ms, slip_max_ms } =
            &self.half;
        let Memory { requests, early_kb, late_kb } = &self.memory;
        write!(
            f,
            "# What the load generator can do

`cargo xtask bench loadgen --write` made this on {processors} processors, which each tool shared \
with the target: {} rounds of {} s, the tools in turn, one thread and {CONNECTIONS} connections \
each; medians. Absolute rates are the machine's.

The target answers at once and looks at nothing (`loadgen/examples/target.rs`). \"Per core\" is \
requests per second of the tool's own processor time, from `/proc`. A ratio is the median of the \
rounds' ratios to oha ({}). oha and wrk ask for one path without further headers; personas send \
eight headers (`traceparent`, 270 bytes of `baggage`, …), bodies, and count every request by \
endpoint, region and device. The last row also exports a span per request, to the target; \
those that find no room in the queue are dropped.

## Bars

{}
## As fast as possible

{}
## At half of that, open model

{rate:.0} requests per second for {seconds} s, with personas: {sent:.0} sent, {:.2} % of what was \
asked for, {dropped:.0} dropped. Requests were taken up {slip_p50_ms:.2} ms late in the median, \
99 % within {slip_p99_ms:.2} ms, the latest after {slip_max_ms:.1} ms.

## Memory

{requests} requests with personas: {:.1} MB after a quarter of the run, {:.1} MB at its end.
",
            self.compared.rounds.len(),
            self.seconds,
            self.oha,
            bars::of(self),
            self.compared,
            100.0 * sent / (rate * f64::from(*seconds)),
            megabytes(*early_kb),
            megabytes(*late_kb),
        )
    }
}
