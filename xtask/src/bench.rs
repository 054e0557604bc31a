//! `cargo xtask bench`: what full telemetry costs, as ratios within one run.

mod lab;
mod report;
mod wrk;

use std::fs;

use anyhow::{Context, Result, bail};

use crate::{process, workspace};
use lab::Lab;
use report::{Case, Report};

/// Options of `cargo xtask bench`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Rounds per request; each measures both servers in turn
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 4)]
    seconds: u32,
    /// Write the report to docs/benchmarks/backend.md
    #[arg(long)]
    write: bool,
}

/// What is asked of the servers.
const REQUESTS: [(&str, &str, Option<&str>); 3] = [
    ("GET /api/tasks/{id}", "/api/tasks/50", None),
    ("GET /api/tasks, 100 tasks", "/api/tasks?limit=100", None),
    ("POST /api/tasks", "/api/tasks", Some(r#"{"title":"a task of the benchmark"}"#)),
];

/// Measures the release backend with everything on beside the same one with spans, log
/// lines and the trace store off.
pub(crate) fn run(args: &Args) -> Result<()> {
    if process::find_program("wrk").is_none() {
        bail!("install wrk first: sudo apt-get install wrk");
    }
    process::run(process::cargo().args(["build", "--release", "--locked", "-p", "backend"]))?;
    let program = workspace::backend("release")?;
    let full = Lab::start(&program, &[])?;
    let none = Lab::start(&program, &[("OTEL_SDK_DISABLED", "true"), ("RUST_LOG", "off")])?;
    for lab in [&full, &none] {
        lab.fill(100)?;
    }
    let mut cases = Vec::new();
    for (name, path, body) in REQUESTS {
        let mut case = Case::new(name);
        for round in 0..=args.rounds {
            // The first round warms both up and does not count.
            let seconds = if round == 0 { 1 } else { args.seconds };
            let pair = (
                wrk::measure(&full.url(path), body, seconds)?,
                wrk::measure(&none.url(path), body, seconds)?,
            );
            if round > 0 {
                case.add(pair.0, pair.1);
            }
        }
        println!("{case}");
        cases.push(case);
    }
    let report = Report {
        cases,
        rounds: args.rounds,
        seconds: args.seconds,
        ready: [full.ready, none.ready],
        memory_kb: [full.memory_kb()?, none.memory_kb()?],
        dropped: full.dropped()?,
    };
    let text = report.to_string();
    println!("\n{text}");
    if args.write {
        let folder = workspace::root().join("docs/benchmarks");
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(folder.join("backend.md"), text))
            .context("could not write the report")?;
    }
    Ok(())
}
