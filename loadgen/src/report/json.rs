//! Everything that was measured, as one JSON document.
//!
//! Names carry their units and stay as they are within one [`SCHEMA_VERSION`]; a new name
//! does not change it. Shares are from 0 to 1. `latency` counts from the moment at which a
//! request was to be sent, `service` from the one at which it was, and `experienced` is the
//! latency with the time on the persona's network.

mod measured;
mod outline;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::Report;
use super::text::sentence;
use crate::trace;
use crate::verify::Completeness;
use measured::{CellPart, Course, Exemplars, Group, Measured, OfEndpoint, Spread};
use outline::{Objective, Outline, Verdict};

/// Which names there are and what they mean.
pub const SCHEMA_VERSION: u32 = 1;

/// The document.
#[derive(Debug, Serialize)]
struct Document<'r> {
    schema_version: u32,
    /// RFC 3339.
    written_at: String,
    generator: Generator,
    run: Outline<'r>,
    verdict: Verdict,
    objectives: [Objective; 2],
    total: Measured,
    endpoints: Vec<OfEndpoint>,
    regions: Vec<Group>,
    devices: Vec<Group>,
    cells: Vec<CellPart>,
    slip_ms: Spread,
    dropped: u64,
    /// Answers by HTTP status.
    statuses: &'r BTreeMap<u16, u64>,
    failures: Failures,
    exemplars: Exemplars,
    tasks: Tasks,
    /// Of a sample of the traces, where one was asked for.
    completeness: Option<Arrived>,
    spans_dropped: u64,
    course: Vec<Course<'r>>,
}

#[derive(Debug, Serialize)]
struct Generator {
    name: &'static str,
    version: &'static str,
}

/// What went wrong, other than by a status.
#[derive(Debug, Serialize)]
struct Failures {
    no_connection: u64,
    broken_connection: u64,
    timeout: u64,
    /// Failed because they were asked to.
    injected: u64,
    /// Were answered otherwise than they should.
    unexpected: u64,
}

/// What became of the tasks that were made and not deleted.
#[derive(Debug, Serialize)]
struct Tasks {
    deleted: u64,
    left: u64,
    unknown: u64,
}

/// How many traces arrived whole.
#[derive(Debug, Serialize)]
struct Arrived {
    checked: u64,
    complete: u64,
    share: f64,
    incomplete: Vec<Incomplete>,
}

#[derive(Debug, Serialize)]
struct Incomplete {
    trace_id: String,
    lacks: &'static str,
}

/// The report as JSON that was written then, with a line break at its end.
pub fn json(report: &Report, written: Timestamp) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(&Document::of(report, written))?;
    text.push('\n');
    Ok(text)
}

impl<'r> Document<'r> {
    fn of(report: &'r Report, written: Timestamp) -> Self {
        let stats = &report.run.stats;
        let judgement = &report.judgement;
        let threshold = report.objectives.threshold;
        Self {
            schema_version: SCHEMA_VERSION,
            written_at: written.to_string(),
            generator: Generator { name: "loadgen", version: env!("CARGO_PKG_VERSION") },
            run: Outline::of(report),
            verdict: Verdict::of(report, sentence(report)),
            objectives: [
                Objective::of("availability", None, &judgement.availability),
                Objective::of("latency", Some(threshold), &judgement.latency),
            ],
            total: Measured::of(&stats.total),
            endpoints: OfEndpoint::all(stats),
            regions: Group::regions(stats),
            devices: Group::devices(stats),
            cells: CellPart::all(stats),
            slip_ms: Spread::of(&stats.slip),
            dropped: stats.dropped,
            statuses: &stats.statuses,
            failures: Failures {
                no_connection: stats.no_connection,
                broken_connection: stats.broken,
                timeout: stats.timeouts,
                injected: stats.injected,
                unexpected: stats.unexpected,
            },
            exemplars: Exemplars::of(report),
            tasks: Tasks {
                deleted: report.cleaned.deleted,
                left: report.cleaned.left,
                unknown: report.cleaned.unknown,
            },
            completeness: report.completeness.as_ref().map(Arrived::of),
            spans_dropped: report.spans_dropped,
            course: Course::all(report),
        }
    }
}

impl Arrived {
    fn of(completeness: &Completeness) -> Self {
        let incomplete = completeness.missing.iter();
        Self {
            checked: completeness.checked,
            complete: completeness.complete,
            share: completeness.share(),
            incomplete: incomplete
                .map(|(id, lacks)| Incomplete { trace_id: trace::trace_id(*id), lacks })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::report::sample;

    fn document() -> Value {
        of(&sample::report())
    }

    fn of(report: &Report) -> Value {
        serde_json::from_str(&json(report, Timestamp::UNIX_EPOCH).unwrap()).unwrap()
    }

    #[test]
    fn names_are_stable() {
        let document = document();
        let names: Vec<_> = document.as_object().unwrap().keys().cloned().collect();
        assert_eq!(
            names.join(" "),
            "cells completeness course devices dropped endpoints exemplars failures generator objectives \
             regions run schema_version slip_ms spans_dropped statuses tasks total verdict written_at"
        );
        assert_eq!(document["schema_version"], 1);
        assert_eq!(document["run"]["stages"][1]["faults"]["errors"], 0.2);
        assert_eq!(document["completeness"]["share"], 0.9);
        assert_eq!(document["tasks"], json!({"deleted": 12, "left": 0, "unknown": 0}));
    }

    #[test]
    fn the_verdict_and_the_budget_are_told() {
        let document = document();
        assert_eq!(document["verdict"]["name"], "breached");
        assert_eq!(document["verdict"]["exit_code"], 2);
        let availability = &document["objectives"][0];
        assert_eq!(availability["name"], "availability");
        assert_eq!(availability["is_met"], false);
        let burned = availability["burn_rate"].as_f64().unwrap();
        let seen = availability["seen"].as_f64().unwrap();
        assert!((burned - (1.0 - seen) / 0.01).abs() < 1e-9, "{burned}");
        assert_eq!(document["objectives"][1]["threshold_ms"], 500.0);
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let document = document();
        let requests = document["total"]["requests"].as_u64().unwrap();
        let errors = document["total"]["errors"].as_u64().unwrap();
        for parts in ["endpoints", "regions", "devices", "cells"] {
            let sum = |name: &str| -> u64 {
                let parts = document[parts].as_array().unwrap();
                parts.iter().map(|part| part[name].as_u64().unwrap()).sum()
            };
            assert_eq!((sum("requests"), sum("errors")), (requests, errors), "{parts}");
        }
        assert_eq!(document["statuses"]["500"].as_u64().unwrap(), errors);
        assert_eq!(document["failures"]["injected"].as_u64().unwrap(), errors);
        assert_eq!(document["course"].as_array().unwrap().len(), 60);
        assert_eq!(document["course"][30]["stage"], "error burst");
        let slowest = &document["exemplars"]["slowest"][0];
        assert_eq!(slowest["trace_id"].as_str().unwrap().len(), 32);
        assert_eq!(slowest["latency_ms"], 700.0);
    }

    #[test]
    fn no_budget_is_null() {
        let mut report = sample::report();
        report.judgement.availability.objective = 1.0;
        let document = of(&report);
        assert_eq!(document["objectives"][0]["burn_rate"], Value::Null);
    }
}
