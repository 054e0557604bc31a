//! What is promised, what a run measured of it, and whether that was kept.

use std::fmt;

use anyhow::{Result, ensure};

/// The promises of one benchmark, in the order of its report.
#[derive(Debug)]
pub(super) struct Bars(Vec<Bar>);

/// One promise with what a run measured.
#[derive(Debug)]
pub(super) struct Bar {
    what: String,
    limit: Limit,
    measured: f64,
    /// As it follows the number; a ratio has none.
    unit: &'static str,
}

#[derive(Clone, Copy, Debug)]
enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

impl Bars {
    pub(super) fn new(bars: Vec<Bar>) -> Self {
        Self(bars)
    }

    /// Fails with every promise that was not kept. It is called once the report is out: a run
    /// that missed something shows all that it measured.
    pub(super) fn judge(&self) -> Result<()> {
        let missed: Vec<_> = self.0.iter().filter_map(Bar::missed).collect();
        ensure!(missed.is_empty(), "missed: {}", missed.join("; "));
        Ok(())
    }
}

impl Bar {
    pub(super) fn at_least(what: impl Into<String>, limit: f64, measured: f64) -> Self {
        Self { what: what.into(), limit: Limit::AtLeast(limit), measured, unit: "" }
    }

    pub(super) fn at_most(what: impl Into<String>, limit: f64, measured: f64) -> Self {
        Self { what: what.into(), limit: Limit::AtMost(limit), measured, unit: "" }
    }

    /// What limit and measurement are counted in, with the space before it.
    pub(super) fn unit(self, unit: &'static str) -> Self {
        Self { unit, ..self }
    }

    /// What is no number meets no bar.
    fn is_met(&self) -> bool {
        match self.limit {
            Limit::AtLeast(least) => self.measured >= least,
            Limit::AtMost(most) => self.measured <= most,
        }
    }

    /// The sentence about it, where it is not met.
    fn missed(&self) -> Option<String> {
        let (limit, measured) = self.shown();
        (!self.is_met()).then(|| format!("{}: {measured}, not {limit}", self.what))
    }

    /// Limit and measurement, with as many places as the limit's size needs: counts and
    /// large numbers none, ratios two.
    fn shown(&self) -> (String, String) {
        let (sign, limit) = match self.limit {
            Limit::AtLeast(least) => ('≥', least),
            Limit::AtMost(most) => ('≤', most),
        };
        let places = match limit {
            _ if limit <= 0.0 || limit >= 100.0 => 0,
            _ if limit >= 10.0 => 1,
            _ => 2,
        };
        let Self { measured, unit, .. } = self;
        (format!("{sign} {limit:.places$}{unit}"), format!("{measured:.places$}{unit}"))
    }
}

/// A row per bar.
impl fmt::Display for Bars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| | bar | measured | |\n|---|---|---|---|")?;
        for bar in &self.0 {
            let (limit, measured) = bar.shown();
            let verdict = if bar.is_met() { "met" } else { "**missed**" };
            writeln!(f, "| {} | {limit} | {measured} | {verdict} |", bar.what)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_met_from_its_side() {
        assert!(Bar::at_least("", 0.6, 0.6).is_met());
        assert!(!Bar::at_least("", 0.6, 0.59).is_met());
        assert!(Bar::at_most("", 25.0, 25.0).is_met());
        assert!(!Bar::at_most("", 25.0, 25.1).is_met());
        assert!(!Bar::at_least("", 0.6, f64::NAN).is_met());
        assert!(!Bar::at_most("", 25.0, f64::NAN).is_met());
    }

    #[test]
    fn a_row_names_bar_and_verdict() {
        let bars = Bars::new(vec![
            Bar::at_least("full/none", 0.6, 0.664),
            Bar::at_most("added", 25.0, 31.44).unit(" µs"),
            Bar::at_most("start", 1000.0, 8.4).unit(" ms"),
            Bar::at_most("losses", 0.0, 3.0),
        ]);
        assert_eq!(
            bars.to_string(),
            "| | bar | measured | |\n|---|---|---|---|\n\
             | full/none | ≥ 0.60 | 0.66 | met |\n\
             | added | ≤ 25.0 µs | 31.4 µs | **missed** |\n\
             | start | ≤ 1000 ms | 8 ms | met |\n\
             | losses | ≤ 0 | 3 | **missed** |\n"
        );
    }

    #[test]
    fn what_was_missed_is_named() {
        let kept = Bar::at_least("kept", 0.6, 0.7);
        assert!(Bars::new(vec![kept]).judge().is_ok());
        let bars = Bars::new(vec![
            Bar::at_least("kept", 0.6, 0.7),
            Bar::at_least("rate", 0.8, f64::NAN),
            Bar::at_most("late", 1.0, 1.01).unit(" ms"),
        ]);
        let error = bars.judge().expect_err("two were missed").to_string();
        assert_eq!(error, "missed: rate: NaN, not ≥ 0.80; late: 1.01 ms, not ≤ 1.00 ms");
    }
}
