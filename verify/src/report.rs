//! What was expected, what was seen, how long it took.

use std::future::Future;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::http::Failure;

/// The steps so far.
#[derive(Debug)]
pub(crate) struct Report {
    lines: Vec<Line>,
    prints: bool,
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
            Self::LeftOut => "left out",
        }
    }
}

impl Report {
    pub(crate) fn new(prints: bool) -> Self {
        Self { lines: Vec::new(), prints }
    }

    /// Does a step, which says what it saw; true when that is as expected.
    pub(crate) async fn check(
        &mut self,
        step: &str,
        expected: &str,
        work: impl Future<Output = Result<String, Failure>>,
    ) -> bool {
        self.find(step, expected, async { work.await.map(|seen| ((), seen)) }).await.is_some()
    }

    /// Does a step that leads to something; gives that, if it is as expected.
    pub(crate) async fn find<T>(
        &mut self,
        step: &str,
        expected: &str,
        work: impl Future<Output = Result<(T, String), Failure>>,
    ) -> Option<T> {
        let start = Instant::now();
        let (found, outcome, seen) = match work.await {
            Ok((found, seen)) => (Some(found), Outcome::Passed, seen),
            Err(failure) => (None, Outcome::Failed, failure),
        };
        self.add(step, expected, outcome, seen, start.elapsed());
        found
    }

    /// Notes a step that cannot be done here.
    pub(crate) fn leave_out(&mut self, step: &str, expected: &str, why: &str) {
        self.add(step, expected, Outcome::LeftOut, why.to_owned(), Duration::ZERO);
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

    /// Whether nothing failed.
    fn passed(&self) -> bool {
        self.lines.iter().all(|line| line.outcome != Outcome::Failed)
    }

    /// Prints the verdict; the exit code for CI.
    pub(crate) fn finish(&self, json: bool) -> ExitCode {
        let count = |outcome| self.lines.iter().filter(|line| line.outcome == outcome).count();
        if json {
            let summary = Summary { passed: self.passed(), steps: &self.lines };
            // Texts and numbers alone always have a form in JSON.
            println!("{}", serde_json::to_string_pretty(&summary).unwrap_or_default());
        } else {
            let (failed, left_out) = (count(Outcome::Failed), count(Outcome::LeftOut));
            println!("\n{} ok, {failed} failed, {left_out} left out", count(Outcome::Passed));
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
    use super::*;

    #[tokio::test]
    async fn one_failure_fails_the_whole() {
        let mut report = Report::new(false);
        report.leave_out("c", "c", "nobody is there");
        assert!(report.check("a", "a", async { Ok("seen".to_owned()) }).await);
        assert!(report.passed());
        let nothing: Option<()> = report.find("b", "b", async { Err("x".to_owned()) }).await;
        assert!(nothing.is_none() && !report.passed());
    }
}
