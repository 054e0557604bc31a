//! The reports that are kept: JSON, HTML and a percentile distribution.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use jiff::Timestamp;

use super::Report;
use super::hgrm::Hgrm;

/// Where reports are written; none where nobody asked for one.
#[derive(Clone, Debug, Default, Args)]
pub struct Files {
    /// Write everything that was measured as JSON; `-` is standard output, which then holds
    /// nothing else
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write a report with charts, one file for a browser
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the latency's percentile distribution, as `HdrHistogram`'s plotters read it
    #[arg(long, value_name = "FILE")]
    pub hgrm: Option<PathBuf>,
}

impl Files {
    /// Creates the files, so that a path that cannot be written is told before the run
    /// rather than after it.
    ///
    /// # Errors
    /// With the path, where one cannot be.
    pub fn create(&self) -> Result<()> {
        let paths = [&self.json, &self.html, &self.hgrm].into_iter().flatten();
        paths.filter(|path| !is_stdout(path)).try_for_each(|path| {
            let file = std::fs::File::options().append(true).create(true).open(path);
            file.map(drop).with_context(|| failed(path))
        })
    }

    /// Whether standard output is for the JSON alone.
    #[must_use]
    pub fn take_stdout(&self) -> bool {
        self.json.as_deref().is_some_and(is_stdout)
    }

    /// Writes the report into each of them.
    ///
    /// # Errors
    /// With the path of the first one that could not be written.
    pub fn write(&self, report: &Report) -> Result<()> {
        let now = Timestamp::now();
        if let Some(path) = &self.json {
            put(path, &super::json::json(report, now)?)?;
        }
        if let Some(path) = &self.html {
            put(path, &super::html::html(report, now)?)?;
        }
        if let Some(path) = &self.hgrm {
            put(path, &Hgrm(&report.run.stats.total.latency).to_string())?;
        }
        Ok(())
    }
}

fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

fn put(path: &Path, text: &str) -> Result<()> {
    let written = match path {
        path if is_stdout(path) => io::stdout().write_all(text.as_bytes()),
        path => std::fs::write(path, text),
    };
    written.with_context(|| failed(path))
}

fn failed(path: &Path) -> String {
    format!("could not write {}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn each_report_goes_to_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| Some(folder.path().join(name));
        let files = Files { json: path("a.json"), html: path("a.html"), hgrm: path("a.hgrm") };
        files.create().unwrap();
        files.write(&sample::report()).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(read("a.json").starts_with('{'));
        assert!(read("a.html").starts_with("<!doctype html>"));
        assert!(read("a.hgrm").contains("#[Mean"));
    }

    #[test]
    fn a_path_that_cannot_be_written_is_told_early() {
        let files = Files { json: Some("/nowhere/a.json".into()), ..Files::default() };
        let error = files.create().unwrap_err().to_string();
        assert_eq!(error, "could not write /nowhere/a.json");
    }
}
