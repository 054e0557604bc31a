//! What was expected, what was seen, how long it took.

use std::collections::BTreeMap;
use std::future::Future;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::end::End;
use crate::http::Failure;
use crate::need::Need;

/// The steps so far, and what further ones have to do without.
#[derive(Debug)]
pub(crate) struct Report {
    lines: Vec<Line>,
    prints: bool,
    end: End,
    /// What is not there, with the reason.
    lost: BTreeMap<Need, &'static str>,
}

/// One step.
#[derive(Debug, Serialize)]
struct Line {
    step: String,
    expected: String,
    outcome: Outcome,
    seen: String,
    seconds: f64,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Passed,
    Failed,
    /// What it needs is not there, or there was no time left: nobody knows.
    NotRun,
    /// It does not apply here.
    LeftOut,
}

/// The whole, as `--json` prints it.
#[derive(Serialize)]
struct Summary<'r> {
    passed: bool,
    steps: &'r [Line],
}

impl Outcome {
    const fn mark(self) -> &'static str {
        match self {
            Self::Passed => "ok",
            Self::Failed => "FAILED",
            Self::NotRun => "NOT RUN",
            Self::LeftOut => "left out",
        }
    }

    /// Whether the stack may be called working all the same.
    const fn is_well(self) -> bool {
        match self {
            Self::Passed | Self::LeftOut => true,
            Self::Failed | Self::NotRun => false,
        }
    }
}

impl Report {
    pub(crate) fn new(prints: bool, end: End) -> Self {
        Self { lines: Vec::new(), prints, end, lost: BTreeMap::new() }
    }

    /// Notes what later steps that need it are not run without.
    pub(crate) fn lose(&mut self, need: Need, why: &'static str) {
        self.lost.insert(need, why);
    }

    /// Does a step, which says what it saw; true when that is as expected.
    pub(crate) async fn check(
        &mut self,
        step: &str,
        expected: &str,
        needs: &[Need],
        work: impl Future<Output = Result<String, Failure>>,
    ) -> bool {
        let work = async { work.await.map(|seen| ((), seen)) };
        self.find(step, expected, needs, work).await.is_some()
    }

    /// Does a step that leads to something; gives that, if it is as expected. It is not run
    /// where it lacks what it needs, or where the end has come.
    pub(crate) async fn find<T>(
        &mut self,
        step: &str,
        expected: &str,
        needs: &[Need],
        work: impl Future<Output = Result<(T, String), Failure>>,
    ) -> Option<T> {
        if let Some(why) = self.hindrance(needs) {
            self.add(step, expected, Outcome::NotRun, why, Duration::ZERO);
            return None;
        }
        let start = Instant::now();
        let (found, outcome, seen) = match self.end.before(work).await {
            Ok(Ok((found, seen))) => (Some(found), Outcome::Passed, seen),
            Ok(Err(failure)) => (None, Outcome::Failed, failure),
            Err(why) => (None, Outcome::Failed, format!("cut off: {why}")),
        };
        self.add(step, expected, outcome, seen, start.elapsed());
        found
    }

    /// Does what is no step of its own; nothing where the end comes first.
    pub(crate) async fn prepare<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        self.end.before(work).await.ok()
    }

    /// Notes a step that does not apply here.
    pub(crate) fn leave_out(&mut self, step: &str, expected: &str, why: &str) {
        self.add(step, expected, Outcome::LeftOut, why.to_owned(), Duration::ZERO);
    }

    fn hindrance(&self, needs: &[Need]) -> Option<String> {
        if let Some(why) = self.end.came() {
            return Some(why.to_owned());
        }
        let lost = |need: &Need| Some((need.name(), self.lost.get(need)?));
        needs.iter().find_map(lost).map(|(name, why)| format!("it needs {name}, which {why}"))
    }

    fn add(&mut self, step: &str, expected: &str, outcome: Outcome, seen: String, took: Duration) {
        let line = Line {
            step: step.to_owned(),
            expected: expected.to_owned(),
            outcome,
            seen,
            seconds: (took.as_secs_f64() * 100.0).round() / 100.0,
        };
        if self.prints {
            println!("{}", line.text());
        }
        self.lines.push(line);
    }

    /// Whether all that applies here was seen to be as expected.
    pub(crate) fn passed(&self) -> bool {
        self.lines.iter().all(|line| line.outcome.is_well())
    }

    /// Prints the verdict; the exit code for CI.
    pub(crate) fn finish(&self, json: bool) -> ExitCode {
        let count = |outcome| self.lines.iter().filter(|line| line.outcome == outcome).count();
        if json {
            let summary = Summary { passed: self.passed(), steps: &self.lines };
            // Texts and numbers alone always have a form in JSON.
            println!("{}", serde_json::to_string_pretty(&summary).unwrap_or_default());
        } else {
            println!(
                "\n{} ok, {} failed, {} not run, {} left out",
                count(Outcome::Passed),
                count(Outcome::Failed),
                count(Outcome::NotRun),
                count(Outcome::LeftOut)
            );
        }
        if self.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

impl Line {
    fn text(&self) -> String {
        let Self { step, expected, outcome, seen, seconds } = self;
        let mark = outcome.mark();
        let line = format!("{mark:<9}{seconds:>6.2} s  {step}: {expected}");
        if seen.is_empty() { line } else { format!("{line}\n{:19}{seen}", "") }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Ready, pending, ready};

    use super::*;

    fn report() -> Report {
        Report::new(false, End::new(Duration::from_mins(1)).unwrap())
    }

    fn seen() -> Ready<Result<String, Failure>> {
        ready(Ok("seen".to_owned()))
    }

    fn outcomes(report: &Report) -> Vec<Outcome> {
        report.lines.iter().map(|line| line.outcome).collect()
    }

    #[tokio::test]
    async fn one_failure_fails_the_whole() {
        let mut report = report();
        report.leave_out("c", "c", "nobody is there");
        assert!(report.check("a", "a", &[], seen()).await);
        assert!(report.passed());
        let nothing: Option<()> = report.find("b", "b", &[], async { Err("x".to_owned()) }).await;
        assert!(nothing.is_none() && !report.passed());
    }

    #[tokio::test]
    async fn a_step_is_not_run_without_what_it_needs() {
        let mut report = report();
        report.lose(Need::Tempo, "is not ready");
        let needs = [Need::Loki, Need::Tempo];
        assert!(!report.check("a", "a", &needs, async { unreachable!() }).await);
        assert!(report.check("b", "b", &[Need::Loki], seen()).await);
        assert_eq!(outcomes(&report), [Outcome::NotRun, Outcome::Passed]);
        assert_eq!(report.lines[0].seen, "it needs tempo, which is not ready");
        assert!(!report.passed());
    }

    #[tokio::test(start_paused = true)]
    async fn after_the_deadline_all_steps_are_named_and_none_is_run() {
        let mut report = report();
        assert!(report.check("a", "a", &[], seen()).await);
        assert!(!report.check("b", "b", &[], pending()).await);
        assert!(!report.check("c", "c", &[], async { unreachable!() }).await);
        assert_eq!(outcomes(&report), [Outcome::Passed, Outcome::Failed, Outcome::NotRun]);
        assert_eq!(report.lines[1].seen, "cut off: the deadline of 60 s is over");
        assert_eq!(report.lines[2].seen, "the deadline of 60 s is over");
        assert_eq!(report.prepare(async {}).await, None);
    }
}
