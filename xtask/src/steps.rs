//! Long work in named, numbered, timed steps.

mod junit;

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// One piece of work.
pub(crate) struct Step {
    name: &'static str,
    action: Box<dyn FnOnce() -> Result<()>>,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Passed(Duration),
    Failed(Duration, String),
    /// An earlier step failed.
    NotRun,
}

impl Step {
    /// Names a piece of work.
    pub(crate) fn new(name: &'static str, action: impl FnOnce() -> Result<()> + 'static) -> Self {
        Self { name, action: Box::new(action) }
    }
}

/// Runs the steps in order and stops at the first that fails.
pub(crate) fn run(steps: Vec<Step>) -> Result<()> {
    run_recorded(steps).0
}

/// Runs the steps like [`run`] and ends with a table of all of them, which goes into a file
/// as `JUnit` XML as well where one is named.
pub(crate) fn run_with_summary(steps: Vec<Step>, report: Option<&Path>) -> Result<()> {
    let (result, outcomes) = run_recorded(steps);
    print!("\n{}", table(&outcomes));
    let written = report.map_or(Ok(()), |file| junit::write(&outcomes, file));
    // Why a step failed matters more than a report that could not be written.
    result.and(written)
}

fn run_recorded(steps: Vec<Step>) -> (Result<()>, Vec<(&'static str, Outcome)>) {
    let total = steps.len();
    let mut result = Ok(());
    let mut outcomes = Vec::with_capacity(total);
    for (index, Step { name, action }) in steps.into_iter().enumerate() {
        if result.is_err() {
            outcomes.push((name, Outcome::NotRun));
            continue;
        }
        let label = format!("[{}/{total}] {name}", index + 1);
        println!("{label}");
        let start = Instant::now();
        result = action().with_context(|| format!("step {name}"));
        let elapsed = start.elapsed();
        let outcome = match &result {
            Ok(()) => Outcome::Passed(elapsed),
            Err(error) => Outcome::Failed(elapsed, format!("{error:#}")),
        };
        println!("{label} … {outcome}");
        outcomes.push((name, outcome));
    }
    (result, outcomes)
}

fn table(outcomes: &[(&str, Outcome)]) -> String {
    let width = outcomes.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let row = |(name, outcome): &(&str, Outcome)| format!("  {name:<width$}  {outcome:>16}\n");
    outcomes.iter().map(row).collect::<Vec<_>>().concat()
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Passed(elapsed) => format!("{:.1} s", elapsed.as_secs_f64()),
            Self::Failed(elapsed, _) => format!("FAILED {:.1} s", elapsed.as_secs_f64()),
            Self::NotRun => "not run".to_owned(),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn a_failure_ends_the_run_and_names_its_step() {
        let (result, outcomes) = run_recorded(vec![
            Step::new("first", || Ok(())),
            Step::new("second", || bail!("broken")),
            Step::new("third", || panic!("a step after the failure ran")),
        ]);
        assert_eq!(format!("{:#}", result.unwrap_err()), "step second: broken");
        assert!(matches!(
            outcomes[..],
            [
                ("first", Outcome::Passed(_)),
                ("second", Outcome::Failed(..)),
                ("third", Outcome::NotRun)
            ]
        ));
    }

    #[test]
    fn the_table_aligns_names_and_times() {
        let outcomes = [
            ("lint", Outcome::Passed(Duration::from_millis(3140))),
            ("browser", Outcome::Failed(Duration::from_secs(12), String::new())),
            ("end", Outcome::NotRun),
        ];
        assert_eq!(
            table(&outcomes),
            "  lint                3.1 s\n  \
               browser     FAILED 12.0 s\n  \
               end               not run\n"
        );
    }
}
