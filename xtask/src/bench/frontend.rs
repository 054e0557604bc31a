//! `cargo xtask bench frontend`: what the browser's tracer weighs and costs beside
//! OpenTelemetry JS and Faro, in Chromium and interleaved.

mod bars;
mod bundles;
mod page;
mod reading;
mod report;
mod samples;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;
use page::PAGES;
use report::Report;
use samples::Samples;

/// Options of `cargo xtask bench frontend`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Rounds; each measures every page once
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Requests per measurement
    #[arg(long, default_value_t = 1000)]
    fetches: u32,
    /// Write the report to docs/benchmarks/frontend.md
    #[arg(long)]
    write: bool,
}

/// Builds, measures and reports; fails where a promise was not kept.
pub(crate) fn run(args: &Args) -> Result<()> {
    let (directory, sizes) = bundles::build()?;
    process::run(process::cargo().args(["build", "--locked", "-p", "e2e", "--bins"]))?;
    let mut runner = process::cargo();
    runner.args(["run", "--quiet", "--locked", "-p", "e2e", "--bin", "bench-frontend", "--"]);
    runner.arg(&directory).args([args.rounds.to_string(), args.fetches.to_string()]);
    runner.args(PAGES.map(|page| page.script));
    let output = process::capture_stdout(&mut runner)?;
    let measured: Value = serde_json::from_str(&output).context("the runner wrote no JSON")?;
    let samples = Samples(measured);
    let report = Report { sizes, samples, rounds: args.rounds, fetches: args.fetches };
    super::publish("frontend", &report, args.write)?;
    bars::of(&report).judge()
}
