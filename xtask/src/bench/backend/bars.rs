//! What the design promises of the backend, and whether a run kept it.

use std::fmt;

use super::report::Report;
use super::table::Table;

/// Columns of the tables that compare telemetry: bare, none, full.
const BARE: usize = 0;
const NONE: usize = 1;
const FULL: usize = 2;

/// Promises with what a run measured.
pub(crate) struct Bars(Vec<Bar>);

struct Bar {
    what: &'static str,
    limit: Limit,
    measured: f64,
    unit: &'static str,
}

#[derive(Clone, Copy)]
enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

impl Bars {
    pub(crate) fn of(report: &Report) -> Self {
        let [get, list, ..] = &report.telemetry[..] else { return Self(Vec::new()) };
        let writes = &report.writes[1];
        let [dropped, _] = report.losses.dropped;
        let rate = |table: &Table, place, to| table.ratio(place, to, |one| one.requests_per_second);
        let bar = |what, limit, measured, unit| Bar { what, limit, measured, unit };
        Self(vec![
            bar("one task: full/none", Limit::AtLeast(0.60), rate(get, FULL, NONE), ""),
            bar("list of 100: full/none", Limit::AtLeast(0.80), rate(list, FULL, NONE), ""),
            bar(
                "one task: processor time that full adds to none",
                Limit::AtMost(25.0),
                get.cpu(FULL) - get.cpu(NONE),
                " µs",
            ),
            bar("one task: none/bare", Limit::AtLeast(0.95), rate(get, NONE, BARE), ""),
            bar(
                "one task, all processors busy: p99, full/none",
                Limit::AtMost(2.0),
                get.ratio(FULL, NONE, |one| one.p99),
                "",
            ),
            bar(
                "durable creates: full / a transaction each",
                Limit::AtLeast(2.5),
                rate(writes, 2, 0),
                "",
            ),
            bar("durable creates: p99 of full", Limit::AtMost(20.0), writes.p99(2), " ms"),
            bar("losses at half of saturation", Limit::AtMost(0.0), number(dropped), ""),
            bar(
                "start to ready",
                Limit::AtMost(1000.0),
                report.starts.ready.as_secs_f64() * 1000.0,
                " ms",
            ),
            bar(
                "memory at rest",
                Limit::AtMost(30.0),
                number(report.starts.idle_kb) / 1024.0,
                " MB",
            ),
        ])
    }
}

/// As exactly as these small counts need.
fn number(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

impl Bar {
    fn is_met(&self) -> bool {
        match self.limit {
            Limit::AtLeast(least) => self.measured >= least,
            Limit::AtMost(most) => self.measured <= most,
        }
    }
}

impl fmt::Display for Bars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| | bar | measured | |\n|---|---|---|---|")?;
        for bar in &self.0 {
            let (sign, limit) = match bar.limit {
                Limit::AtLeast(least) => ('≥', least),
                Limit::AtMost(most) => ('≤', most),
            };
            let places = usize::from(bar.unit.is_empty() && limit > 0.0) * 2;
            let Bar { what, measured, unit, .. } = bar;
            let verdict = if bar.is_met() { "met" } else { "**missed**" };
            writeln!(
                f,
                "| {what} | {sign} {limit:.places$}{unit} | {measured:.places$}{unit} | {verdict} |"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_met_from_its_side() {
        let bar = |limit, measured| Bar { what: "", limit, measured, unit: "" };
        assert!(bar(Limit::AtLeast(0.6), 0.6).is_met());
        assert!(!bar(Limit::AtLeast(0.6), 0.59).is_met());
        assert!(bar(Limit::AtMost(25.0), 25.0).is_met());
        assert!(!bar(Limit::AtMost(25.0), 25.1).is_met());
        assert!(!bar(Limit::AtLeast(0.6), f64::NAN).is_met());
    }

    #[test]
    fn a_row_names_bar_and_verdict() {
        let bars = Bars(vec![
            Bar { what: "full/none", limit: Limit::AtLeast(0.6), measured: 0.664, unit: "" },
            Bar { what: "added", limit: Limit::AtMost(25.0), measured: 31.4, unit: " µs" },
        ]);
        assert_eq!(
            bars.to_string(),
            "| | bar | measured | |\n|---|---|---|---|\n\
             | full/none | ≥ 0.60 | 0.66 | met |\n\
             | added | ≤ 25 µs | 31 µs | **missed** |\n"
        );
    }
}
