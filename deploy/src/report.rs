//! What was done and how long it took, for people and as JSON.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::checks::Check;
use crate::ended::Ended;

/// The steps of a run.
#[derive(Debug)]
pub(crate) struct Report {
    planned: &'static [&'static str],
    steps: Vec<Step>,
    facts: Facts,
}

/// What is known of the run besides.
#[derive(Debug, Serialize)]
pub(crate) struct Facts {
    /// `deploy` or `rollback`.
    pub(crate) command: &'static str,
    pub(crate) host: String,
    pub(crate) project: String,
    /// The release that was to run.
    pub(crate) version: Option<String>,
    /// The release that ran before.
    pub(crate) previous: Option<String>,
    /// The release that runs now, as far as is known.
    pub(crate) current: Option<String>,
    pub(crate) checks: Vec<Check>,
}

#[derive(Debug, Serialize)]
struct Step {
    name: String,
    passed: bool,
    seconds: f64,
}

#[derive(Serialize)]
struct Whole<'r> {
    #[serde(flatten)]
    facts: &'r Facts,
    /// `working`, `unchanged`, `rolled_back`, `failed`, `unknown` or `locked`.
    result: &'static str,
    exit_code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    steps: &'r [Step],
}

impl Report {
    /// A run of steps that are known in advance; more may follow.
    pub(crate) fn new(planned: &'static [&'static str], facts: Facts) -> Self {
        Self { planned, steps: Vec::new(), facts }
    }

    /// What is known besides the steps.
    pub(crate) fn facts(&mut self) -> &mut Facts {
        &mut self.facts
    }

    fn label(&self, name: &str) -> String {
        match self.planned.iter().position(|planned| *planned == name) {
            Some(index) => format!("[{}/{}] {name}", index + 1, self.planned.len()),
            None => format!("[back] {name}"),
        }
    }

    /// A step begins.
    pub(crate) fn begin(&self, name: &str) {
        println!("{}", self.label(name));
    }

    /// It has ended after so many seconds.
    pub(crate) fn end(&mut self, name: &str, passed: bool, seconds: f64) {
        let mark = if passed { "" } else { "FAILED " };
        println!("{} … {mark}{seconds:.1} s", self.label(name));
        let seconds = (seconds * 100.0).round() / 100.0;
        self.steps.push(Step { name: name.to_owned(), passed, seconds });
    }

    /// Does a step.
    pub(crate) fn step<T>(
        &mut self,
        name: &str,
        work: impl FnOnce(&mut Facts) -> Result<T>,
    ) -> Result<T> {
        self.begin(name);
        let began = Instant::now();
        let result = work(&mut self.facts);
        self.end(name, result.is_ok(), began.elapsed().as_secs_f64());
        result
    }

    /// Writes the whole to a file, if there is to be one.
    pub(crate) fn write(&self, file: Option<&Path>, outcome: &Result<()>) -> Result<()> {
        let Some(file) = file else { return Ok(()) };
        let error = outcome.as_ref().err();
        let ended = error.map(|error| error.downcast_ref::<Ended>().map_or(1, |ended| ended.code));
        let exit_code = ended.unwrap_or(0);
        let result = match exit_code {
            0 => "working",
            Ended::ROLLED_BACK => "rolled_back",
            Ended::FAILED => "failed",
            Ended::UNKNOWN => "unknown",
            Ended::LOCKED => "locked",
            _ => "unchanged",
        };
        let error = error.map(|error| format!("{error:#}"));
        let whole = Whole { facts: &self.facts, result, exit_code, error, steps: &self.steps };
        let text =
            serde_json::to_string_pretty(&whole).context("the report has no form in JSON")?;
        write(file, &(text + "\n"))
    }
}

/// Writes a report, into a folder that need not be there yet.
pub(crate) fn write(file: &Path, text: &str) -> Result<()> {
    let folder = file.parent().map_or(Ok(()), fs::create_dir_all);
    folder
        .and_then(|()| fs::write(file, text))
        .with_context(|| format!("could not write {}", file.display()))
}
