//! What was run, what was promised, and what came of it.

use std::time::Duration;

use serde::Serialize;

use super::measured::ms;
use crate::report::Report;
use crate::schedule::Stage;
use crate::verdict::{self, Judged};

/// What was run.
#[derive(Debug, Serialize)]
pub(super) struct Outline<'r> {
    target: &'r str,
    mode: &'static str,
    seed: u64,
    threads: usize,
    connections: usize,
    /// From the first due time to the last answer.
    duration_s: f64,
    /// It was ended before its time.
    was_ended: bool,
    requests_per_s: f64,
    /// Empty in the closed model.
    stages: Vec<StagePart<'r>>,
}

#[derive(Debug, Serialize)]
struct StagePart<'r> {
    name: &'r str,
    from_per_s: f64,
    to_per_s: f64,
    duration_s: f64,
    faults: Faults,
}

/// Shares of the requests.
#[derive(Debug, Serialize)]
struct Faults {
    errors: f64,
    slow: f64,
    slow_for_ms: f64,
    malformed: f64,
}

/// How it ended.
#[derive(Debug, Serialize)]
pub(super) struct Verdict {
    name: &'static str,
    exit_code: u8,
    sentence: String,
}

/// One promise.
#[derive(Debug, Serialize)]
pub(super) struct Objective {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold_ms: Option<f64>,
    promised: f64,
    seen: f64,
    bad: u64,
    requests: u64,
    is_met: bool,
    /// How many times faster than allowed the error budget burned; null where there is no
    /// budget.
    burn_rate: Option<f64>,
}

impl<'r> Outline<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        Self {
            target: &report.target,
            mode: report.mode,
            seed: report.seed,
            threads: report.size.threads,
            connections: report.size.connections,
            duration_s: report.run.duration.as_secs_f64(),
            was_ended: report.run.end.is_some(),
            requests_per_s: report.rate(),
            stages: report.stages.iter().map(StagePart::of).collect(),
        }
    }
}

impl<'r> StagePart<'r> {
    fn of(stage: &'r Stage) -> Self {
        let faults = stage.faults;
        Self {
            name: &stage.name,
            from_per_s: stage.from,
            to_per_s: stage.to,
            duration_s: stage.duration.as_secs_f64(),
            faults: Faults {
                errors: faults.errors,
                slow: faults.slow,
                slow_for_ms: ms(faults.slow_for),
                malformed: faults.malformed,
            },
        }
    }
}

impl Verdict {
    pub(super) fn of(report: &Report, sentence: String) -> Self {
        let name = match report.judgement.verdict {
            verdict::Verdict::Met => "met",
            verdict::Verdict::Breached => "breached",
            verdict::Verdict::FellBehind => "fell_behind",
            verdict::Verdict::Unreachable => "unreachable",
        };
        Self { name, exit_code: report.exit_code, sentence }
    }
}

impl Objective {
    pub(super) fn of(name: &'static str, threshold: Option<Duration>, judged: &Judged) -> Self {
        Self {
            name,
            threshold_ms: threshold.map(ms),
            promised: judged.objective,
            seen: judged.seen,
            bad: judged.bad,
            requests: judged.requests,
            is_met: judged.is_met(),
            burn_rate: Some(judged.burn_rate()).filter(|rate| rate.is_finite()),
        }
    }
}
