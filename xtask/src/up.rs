//! `cargo xtask up`: the whole lab in one process, from source to a page in the browser.

mod banner;
pub(crate) mod readiness;
mod server;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::steps::{self, Step};
use crate::{frontend, process, workspace};
use banner::Banner;
use server::{Server, Started};

/// Options of `cargo xtask up`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where the lab listens
    #[arg(long, env = "LAB_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Where the tasks are stored; a relative path starts at the workspace
    #[arg(
        long,
        env = "DATABASE_URL",
        hide_env_values = true,
        value_name = "URL",
        default_value = "sqlite://data/lab.db"
    )]
    database_url: String,
    /// Start what was built before
    #[arg(long)]
    no_build: bool,
    /// Show the backend's log lines here instead of writing target/lab.log
    #[arg(long)]
    logs: bool,
}

/// Builds, starts and waits; the exit code is the backend's.
pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let address = readiness::address(&args.listen)?;
    if !args.no_build {
        steps::run(vec![
            Step::new("frontend", || frontend::run(&frontend::Args::default())),
            Step::new("backend", || {
                process::run(process::cargo().args([
                    "build",
                    "--release",
                    "--locked",
                    "--package",
                    "backend",
                ]))
            }),
        ])?;
    }
    let program = workspace::program("backend", "release")?;
    check_built(&program)?;

    let start = Instant::now();
    let log = (!args.logs).then(|| workspace::target().join("lab.log"));
    let server = Server {
        program,
        listen: args.listen.clone(),
        address,
        database_url: args.database_url.clone(),
        log,
    };
    match server.start()? {
        Started::Ready(running) => {
            let banner = Banner { address, server: &server, elapsed: start.elapsed() };
            print!("{banner}");
            running.wait()
        }
        Started::Interrupted(code) => Ok(code),
    }
}

/// Says what is missing before anything is started.
fn check_built(program: &Path) -> Result<()> {
    let assets = frontend::default_out();
    let mut missing = Vec::new();
    if !frontend::is_built(&assets) {
        missing.push(assets);
    }
    if !program.is_file() {
        missing.push(program.to_path_buf());
    }
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = missing.iter().map(|path| path.display().to_string()).collect();
    bail!("not built yet: {}; run `cargo xtask up` without --no-build", names.join(" and "));
}
