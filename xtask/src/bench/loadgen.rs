//! `cargo xtask bench loadgen`: the generator beside oha and wrk, and against its own
//! promises.

mod bars;
mod peers;
mod report;
mod run;
mod target;

use anyhow::Result;

use super::wrk;
use crate::{process, workspace};
use peers::{OHA, Tool};
use report::{Compared, Report};
use run::Measured;
use target::Target;

/// Options of `cargo xtask bench loadgen`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Rounds; each measures every tool in turn
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 5)]
    seconds: u32,
    /// Seconds at half of the greatest rate
    #[arg(long, default_value_t = 60)]
    half_seconds: u32,
    /// Requests of the test of memory
    #[arg(long, default_value_t = 1_000_000)]
    requests: u64,
    /// Write the report to docs/benchmarks/loadgen.md
    #[arg(long)]
    write: bool,
}

/// Connections that every tool keeps busy.
const CONNECTIONS: u32 = 32;

/// Builds, measures and reports; fails where a promise was not kept.
pub(crate) fn run(args: &Args) -> Result<()> {
    wrk::expect()?;
    let build = ["build", "--release", "--locked", "-p", "loadgen", "--bins", "--examples"];
    process::run(process::cargo().args(build))?;
    let release = workspace::cargo_target()?.join("release");
    let oha = OHA.program()?;
    let target = Target::start(&release.join("examples/target"))?;
    let tools = Tool::all(&release.join("loadgen"), &oha, &target);

    let mut rounds: Vec<Vec<Measured>> = Vec::new();
    for round in 0..=args.rounds {
        // The first round warms up and does not count.
        let seconds = if round == 0 { 1 } else { args.seconds };
        let turn = tools.iter().map(|tool| tool.measure(seconds)).collect::<Result<Vec<_>>>()?;
        if round > 0 {
            rounds.push(turn);
        }
    }
    let compared = Compared { names: tools.iter().map(|tool| tool.name).collect(), rounds };
    println!("{compared}");
    let half = run::half(&release.join("loadgen"), &target, &compared, args.half_seconds)?;
    let memory = run::memory(&release.join("loadgen"), &target, &compared, args.requests)?;
    let report = Report { compared, half, memory, oha: OHA.version, seconds: args.seconds };
    super::publish("loadgen", &report, args.write)?;
    bars::of(&report).judge()
}
