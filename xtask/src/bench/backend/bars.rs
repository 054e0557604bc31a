//! What the design promises of the backend.

use super::report::Report;
use super::table::Table;
use crate::bench::bars::{Bar, Bars};
use crate::bench::{megabytes, number};

/// Rows of the tables that compare telemetry: bare, none, full.
const BARE: usize = 0;
const NONE: usize = 1;
const FULL: usize = 2;

/// Rows of those beside Flask.
const FLASK: usize = 0;
const LAB: usize = 1;

/// The promises with what a run measured.
pub(super) fn of(report: &Report) -> Bars {
    let mut bars = telemetry(report);
    bars.extend(collectors(&report.collectors));
    bars.extend(report.flask.iter().flat_map(|flask| &flask.tables).flat_map(beside_flask));
    bars.extend(at_rest(report));
    Bars::new(bars)
}

fn telemetry(report: &Report) -> Vec<Bar> {
    let [get, list, _] = &report.telemetry;
    let [_, writes, _] = &report.writes;
    vec![
        Bar::at_least("one task: full/none", 0.60, rate(get, FULL, NONE)),
        Bar::at_least("list of 100: full/none", 0.80, rate(list, FULL, NONE)),
        Bar::at_most(
            "one task: processor time that full adds to none",
            25.0,
            get.cpu(FULL) - get.cpu(NONE),
        )
        .unit(" µs"),
        Bar::at_least("one task: none/bare", 0.95, rate(get, NONE, BARE)),
        Bar::at_most("one task, half of saturation: p99, full/none", 2.0, p99(&report.half, 1, 0)),
        Bar::at_most("one task, all processors busy: p99, full/none", 2.0, p99(get, FULL, NONE)),
        // Here, the first row has a transaction for each.
        Bar::at_least("durable creates: full / a transaction each", 2.5, rate(writes, FULL, 0)),
        Bar::at_most("durable creates: p99 of full", 20.0, writes.p99(FULL)).unit(" ms"),
    ]
}

/// A collector that fails takes nothing of the rate: every row beside the first.
fn collectors(table: &Table) -> Vec<Bar> {
    let names = table.names().iter().enumerate().skip(1);
    let bar = |(place, name)| {
        let what = format!("one task: a collector that {name} / one that answers");
        Bar::at_least(what, 0.90, rate(table, place, 0))
    };
    names.map(bar).collect()
}

fn beside_flask(table: &Table) -> [Bar; 3] {
    let what = |of: &str| format!("{}: {of}, backend/Flask", table.request());
    let [lab, flask] = [LAB, FLASK].map(|place| number(table.memory_kb(place)));
    [
        Bar::at_least(what("requests/s"), 20.0, rate(table, LAB, FLASK)),
        Bar::at_most(what("p99"), 0.1, p99(table, LAB, FLASK)),
        Bar::at_least(format!("{}: memory, Flask/backend", table.request()), 6.0, flask / lab),
    ]
}

fn at_rest(report: &Report) -> [Bar; 3] {
    let [dropped, _] = report.losses.dropped;
    let ready = report.starts.ready.as_secs_f64() * 1000.0;
    [
        Bar::at_most("losses at half of saturation", 0.0, number(dropped)),
        Bar::at_most("start to ready", 1000.0, ready).unit(" ms"),
        Bar::at_most("memory at rest", 30.0, megabytes(report.starts.idle_kb)).unit(" MB"),
    ]
}

fn rate(table: &Table, place: usize, to: usize) -> f64 {
    table.ratio(place, to, |one| one.requests_per_second)
}

fn p99(table: &Table, place: usize, to: usize) -> f64 {
    table.ratio(place, to, |one| one.p99)
}

#[cfg(test)]
mod tests {
    use super::super::load;
    use super::super::server::Measured;
    use super::super::variant::{BESIDE_FLASK, COLLECTORS};
    use super::*;

    fn measured(requests_per_second: f64, p99: f64) -> Measured {
        Measured { requests_per_second, p99, cpu: 1.0 }
    }

    #[test]
    fn flask_is_what_ratios_refer_to() {
        let mut table = Table::new("GET /", load(16), &BESIDE_FLASK);
        table.add(vec![measured(500.0, 40.0), measured(9_900.0, 4.0)]);
        table.remember_memory(FLASK, 180 * 1024);
        table.remember_memory(LAB, 31 * 1024);
        let error = Bars::new(beside_flask(&table).into()).judge().expect_err("two were missed");
        assert_eq!(
            error.to_string(),
            "missed: GET /: requests/s, backend/Flask: 19.8, not ≥ 20.0; \
             GET /: memory, Flask/backend: 5.81, not ≥ 6.00"
        );
    }

    #[test]
    fn each_failing_collector_has_a_bar() {
        let mut table = Table::new("GET /", load(16), &COLLECTORS);
        table.add(vec![measured(100.0, 1.0); 3].into_iter().chain([measured(89.0, 1.0)]).collect());
        let bars = collectors(&table);
        assert_eq!(bars.len(), 3);
        let error = Bars::new(bars).judge().expect_err("one was missed").to_string();
        assert!(error.contains("that answers late / one that answers: 0.89, not"), "{error}");
    }
}
