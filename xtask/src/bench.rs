//! `cargo xtask bench`: what the lab costs, as ratios within one run.

mod backend;

use anyhow::Result;

/// What is measured.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Bench {
    /// Telemetry's cost, writes, databases, losses, memory and start-up of the backend
    Backend(backend::Args),
}

pub(crate) fn run(bench: &Bench) -> Result<()> {
    match bench {
        Bench::Backend(args) => backend::run(args),
    }
}
