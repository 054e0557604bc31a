//! `cargo xtask demo`: the SLO demo on real programs, without Docker.

use std::process::ExitCode;

use anyhow::Result;

use crate::steps::{self, Step};
use crate::{frontend, process, test, workspace};

/// Options of `cargo xtask demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where the lab listens
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
    /// More options for `loadgen slo-demo`
    #[arg(last = true)]
    words: Vec<String>,
}

/// Installs and builds what it needs, then plays the story; the exit code is loadgen's.
pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    steps::run(vec![
        test::programs(),
        Step::new("frontend", || frontend::run(&frontend::Args::default())),
        Step::new("backend and loadgen", || {
            let packages = ["--package", "backend", "--package", "loadgen"];
            process::run(process::cargo().args(["build", "--release", "--locked"]).args(packages))
        }),
        Step::new("stage", || {
            let build = ["build", "--locked", "--package", "e2e", "--bin", "slo-demo"];
            process::run(process::cargo().args(build))
        }),
    ])?;
    let backend = workspace::program("backend", "release")?;
    let stage = workspace::cargo_target()?.join("debug/slo-demo");
    let status = std::process::Command::new(stage)
        .arg(&args.listen)
        .arg(workspace::program("loadgen", "release")?)
        .args(&args.words)
        .env("LAB_BACKEND_BIN", &backend)
        .env("LAB_ASSETS_DIR", frontend::default_out())
        .status()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
