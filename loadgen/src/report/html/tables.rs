//! What stands in the page's tables.

use std::fmt::Display;
use std::time::Duration;

use api_types::synthetic::REGIONS;

use super::scale::clock;
use crate::histogram::Histogram;
use crate::plan::action::ENDPOINTS;
use crate::report::Report;
use crate::report::text::{self, QUANTILES, ms};
use crate::schedule::{Faults, Stage};
use crate::stats::Stats;
use crate::stats::exemplars::Exemplar;
use crate::trace;
use crate::verdict::Judged;

/// A name and what belongs to it.
#[derive(Debug)]
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) value: String,
}

/// A promise.
#[derive(Debug)]
pub(super) struct ObjectiveRow {
    pub(super) name: String,
    pub(super) is_met: bool,
    pub(super) promised: String,
    pub(super) seen: String,
    pub(super) bad: u64,
    pub(super) burned: String,
    /// The share of the budget that burned, in percent and at most 100.
    pub(super) bar: String,
}

/// A stage.
#[derive(Debug)]
pub(super) struct StageRow<'r> {
    pub(super) name: &'r str,
    pub(super) begins: String,
    pub(super) lasts: String,
    pub(super) rate: String,
    pub(super) faults: String,
}

/// Requests and their percentiles.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) requests: String,
    pub(super) errors: String,
    pub(super) has_errors: bool,
    pub(super) values: Vec<String>,
}

/// Traces to look at.
#[derive(Debug)]
pub(super) struct ExemplarList {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) exemplars: Vec<ExemplarRow>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct ExemplarRow {
    pub(super) url: String,
    pub(super) trace_id: String,
    pub(super) latency: String,
    pub(super) outcome: String,
    pub(super) endpoint: String,
}

impl Fact {
    pub(super) fn new(name: &'static str, value: impl Display) -> Self {
        Self { name, value: value.to_string() }
    }
}

impl Row {
    fn new(name: &str, requests: u64, errors: u64, values: Vec<String>) -> Self {
        Self {
            name: name.to_owned(),
            requests: requests.to_string(),
            errors: errors.to_string(),
            has_errors: errors > 0,
            values,
        }
    }
}

pub(super) fn objectives(report: &Report) -> [ObjectiveRow; 2] {
    let row = |name: String, judged: &Judged| {
        let burned = 100.0 * judged.burn_rate();
        ObjectiveRow {
            name,
            is_met: judged.is_met(),
            promised: format!("{:.2} %", 100.0 * judged.objective),
            seen: format!("{:.2} %", 100.0 * judged.seen),
            bad: judged.bad,
            burned: text::burned(judged),
            bar: format!("{:.0}", if burned.is_finite() { burned.min(100.0) } else { 0.0 }),
        }
    };
    let threshold = ms(report.objectives.threshold);
    [
        row("availability, no 5xx".to_owned(), &report.judgement.availability),
        row(format!("latency, within {threshold}"), &report.judgement.latency),
    ]
}

pub(super) fn stages(stages: &[Stage]) -> Vec<StageRow<'_>> {
    let length = stages.iter().map(|stage| stage.duration).sum();
    let mut begin = Duration::ZERO;
    stages
        .iter()
        .map(|stage| {
            let begins = clock(begin, length);
            begin += stage.duration;
            let is_steady = (stage.from - stage.to).abs() < 1e-9;
            StageRow {
                name: &stage.name,
                begins,
                lasts: clock(stage.duration, length),
                rate: if is_steady {
                    format!("{:.1}", stage.to)
                } else {
                    format!("{:.1} to {:.1}", stage.from, stage.to)
                },
                faults: faults(&stage.faults),
            }
        })
        .collect()
}

fn faults(faults: &Faults) -> String {
    let kinds = [
        (faults.errors, "errors".to_owned()),
        (faults.slow, format!("delayed by {}", ms(faults.slow_for))),
        (faults.malformed, "malformed".to_owned()),
    ];
    let told: Vec<_> = kinds
        .into_iter()
        .filter(|(share, _)| *share > 0.0)
        .map(|(share, kind)| format!("{:.1} % {kind}", 100.0 * share))
        .collect();
    if told.is_empty() { "nothing".to_owned() } else { told.join(", ") }
}

pub(super) fn endpoints(stats: &Stats) -> Vec<Row> {
    let endpoints = ENDPOINTS.iter().zip(&stats.endpoints);
    endpoints
        .filter_map(|(endpoint, stats)| {
            let stats = stats.as_ref()?;
            let name = endpoint.to_string();
            let values = percentiles(&stats.latency);
            Some(Row::new(&name, stats.latency.count(), stats.bad, values))
        })
        .collect()
}

pub(super) fn totals(stats: &Stats) -> [Row; 3] {
    let total = &stats.total;
    let bare = |name: &str, histogram| Row {
        requests: String::new(),
        errors: String::new(),
        ..Row::new(name, 0, 0, percentiles(histogram))
    };
    [
        Row::new("all", stats.requests(), total.bad, percentiles(&total.latency)),
        bare("service time", &total.service),
        bare("schedule slip", &stats.slip),
    ]
}

fn percentiles(histogram: &Histogram) -> Vec<String> {
    QUANTILES.iter().map(|(share, _)| ms(histogram.quantile(*share))).collect()
}

pub(super) fn regions(stats: &Stats) -> Vec<Row> {
    stats
        .by_region()
        .iter()
        .map(|(region, stats)| {
            let values = [&stats.latency, &stats.experienced]
                .iter()
                .flat_map(|histogram| [0.5, 0.99].map(|share| ms(histogram.quantile(share))))
                .collect();
            Row::new(REGIONS[usize::from(*region)], stats.latency.count(), stats.bad, values)
        })
        .collect()
}

pub(super) fn exemplars(report: &Report) -> Vec<ExemplarList> {
    let rows = |exemplars: &[Exemplar]| -> Vec<ExemplarRow> {
        exemplars
            .iter()
            .map(|exemplar| {
                let endpoint = ENDPOINTS[usize::from(exemplar.endpoint)];
                let trace_id = trace::trace_id(exemplar.trace_id);
                ExemplarRow {
                    url: report.trace_url(&trace_id),
                    trace_id,
                    latency: ms(exemplar.latency),
                    outcome: text::outcome(exemplar.outcome),
                    endpoint: endpoint.to_string(),
                }
            })
            .collect()
    };
    let exemplars = &report.run.stats.exemplars;
    [
        ("slowest", "Slowest traces", rows(&exemplars.slowest)),
        ("failed", "Failed traces", rows(&exemplars.failed)),
    ]
    .into_iter()
    .filter(|(_, _, exemplars)| !exemplars.is_empty())
    .map(|(id, title, exemplars)| ExemplarList { id, title, exemplars })
    .collect()
}

pub(super) fn facts(report: &Report) -> Vec<Fact> {
    let stats = &report.run.stats;
    let mut facts = vec![
        Fact::new("Answers", text::answers(stats)),
        Fact::new("Asked to fail", stats.injected),
        Fact::new("Not as expected", stats.unexpected),
        Fact::new("Traces", report.completeness.as_ref().map_or_else(String::new, text::arrived)),
        Fact::new("Tasks", text::tasks(report.cleaned)),
        Fact::new("Lost spans", report.spans_dropped),
        Fact::new("Duration", format!("{:.1} s", report.run.duration.as_secs_f64())),
        Fact::new("Seed", report.seed),
        Fact::new("Threads", report.size.threads),
        Fact::new("Connections", report.size.connections),
    ];
    facts.retain(|fact| !fact.value.is_empty());
    facts
}
