//! Medians and ratios of settings that took turns.

use std::fmt;

use super::server::Measured;
use super::variant::Variant;
use crate::bench::wrk::Load;

/// One kind of request, measured in several settings.
pub(crate) struct Table {
    request: &'static str,
    load: Load,
    names: Vec<&'static str>,
    rounds: Vec<Vec<Measured>>,
    memory_kb: Vec<u64>,
}

impl Table {
    pub(crate) fn new(request: &'static str, load: Load, variants: &[Variant]) -> Self {
        let names = variants.iter().map(|variant| variant.name).collect::<Vec<_>>();
        let memory_kb = vec![0; names.len()];
        Self { request, load, names, rounds: Vec::new(), memory_kb }
    }

    /// Adds a round: a value for each setting.
    pub(crate) fn add(&mut self, round: Vec<Measured>) {
        self.rounds.push(round);
    }

    pub(crate) fn remember_memory(&mut self, place: usize, kb: u64) {
        self.memory_kb[place] = kb;
    }

    pub(crate) fn request(&self) -> &'static str {
        self.request
    }

    /// The settings, in their order.
    pub(crate) fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// What a setting took of memory after the load, in kilobytes.
    pub(crate) fn memory_kb(&self, place: usize) -> u64 {
        self.memory_kb[place]
    }

    /// The median of what `of` makes of each round.
    fn median(&self, of: impl Fn(&[Measured]) -> f64) -> f64 {
        crate::bench::median(self.rounds.iter().map(|round| of(round)).collect())
    }

    /// The median rate of a setting.
    pub(crate) fn rate(&self, place: usize) -> f64 {
        self.median(|round| round[place].requests_per_second)
    }

    /// The median of its p99 latencies, in milliseconds.
    pub(crate) fn p99(&self, place: usize) -> f64 {
        self.median(|round| round[place].p99)
    }

    /// The median of the processor time of a request, in microseconds.
    pub(crate) fn cpu(&self, place: usize) -> f64 {
        self.median(|round| round[place].cpu)
    }

    /// The median of each round's ratio of one setting to another.
    pub(crate) fn ratio(&self, place: usize, to: usize, of: impl Fn(&Measured) -> f64) -> f64 {
        self.median(|round| of(&round[place]) / of(&round[to]))
    }
}

/// A row per setting; the ratio is the median of each round's ratio to the first one.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Load { connections, think_ms, .. } = self.load;
        write!(f, "| {}, {connections} connections", self.request)?;
        if think_ms > 0 {
            write!(f, " that pause for {think_ms} ms")?;
        }
        writeln!(f, " | req/s | ratio | p99 ms | CPU µs/request | MB |")?;
        writeln!(f, "|---|---|---|---|---|---|")?;
        for (place, name) in self.names.iter().enumerate() {
            let ratio = self.ratio(place, 0, |one| one.requests_per_second);
            writeln!(
                f,
                "| {name} | {:.0} | {ratio:.2} | {:.1} | {:.0} | {} |",
                self.rate(place),
                self.p99(place),
                self.cpu(place),
                self.memory_kb[place] / 1024,
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::variant::{FULL, NONE};
    use super::*;

    #[test]
    fn a_row_shows_medians_of_rounds() {
        let measured = |requests_per_second, p99, cpu| Measured { requests_per_second, p99, cpu };
        let mut table = Table::new("GET /", super::super::load(16), &[NONE, FULL]);
        table.add(vec![measured(100.0, 2.0, 50.0), measured(50.0, 1.0, 90.0)]);
        table.add(vec![measured(100.0, 1.0, 40.0), measured(90.0, 3.0, 70.0)]);
        table.add(vec![measured(80.0, 3.0, 60.0), measured(60.0, 2.0, 80.0)]);
        table.remember_memory(1, 20 * 1024);
        let text = table.to_string();
        assert!(text.contains("| none | 100 | 1.00 | 2.0 | 50 | 0 |"), "{text}");
        assert!(text.contains("| full | 60 | 0.75 | 2.0 | 80 | 20 |"), "{text}");
    }
}
