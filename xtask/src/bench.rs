//! `cargo xtask bench`: what the lab costs, as ratios within one run.

mod backend;
mod bars;
mod frontend;
mod loadgen;
mod proc;
mod wrk;

use std::fmt::Display;
use std::fs;

use anyhow::{Context, Result};

use crate::workspace;

/// What is measured.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Bench {
    /// Telemetry's cost, writes, databases, losses, memory and start-up of the backend
    Backend(backend::Args),
    /// Size and cost of the browser's tracer, beside OpenTelemetry JS and Faro
    Frontend(frontend::Args),
    /// The load generator beside oha and wrk, its punctuality and its memory
    Loadgen(loadgen::Args),
}

pub(crate) fn run(bench: &Bench) -> Result<()> {
    match bench {
        Bench::Backend(args) => backend::run(args),
        Bench::Frontend(args) => frontend::run(args),
        Bench::Loadgen(args) => loadgen::run(args),
    }
}

/// Prints a report, and keeps it in docs/benchmarks where that is asked for.
fn publish(name: &str, report: &dyn Display, write: bool) -> Result<()> {
    println!("\n{report}");
    if write {
        let folder = workspace::root().join("docs/benchmarks");
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(folder.join(format!("{name}.md")), report.to_string()))
            .context("could not write the report")?;
    }
    Ok(())
}

/// A count as a number to divide by.
#[expect(clippy::cast_precision_loss, reason = "requests and kilobytes, far below 2^52")]
fn number(count: u64) -> f64 {
    count as f64
}

/// From the kernel's kilobytes, which are 1024 bytes.
fn megabytes(kilobytes: u64) -> f64 {
    number(kilobytes) / 1024.0
}

/// Of nothing, it is NaN.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
