//! The lab's commands: what people, CI and the images call.

mod bench;
mod debian;
mod frontend;
mod lint;
mod npm;
mod process;
mod screenshots;
mod slo;
mod steps;
mod test;
mod up;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

/// The lab's commands.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
enum Command {
    /// Builds the lab, starts it and says what to try
    Up(up::Args),
    /// Runs every check: lints, unit tests, and the browser against the real servers
    Test(test::Args),
    /// Builds the browser's files into target/assets
    Frontend(frontend::Args),
    /// Measures what the lab costs
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Writes the Prometheus rules of the service level objectives
    Slo,
    /// Takes the pictures in docs/screenshots anew; needs Chromium
    Screenshots,
    /// Checks format, lints, documentation and the repository's own rules
    Lint,
}

fn main() -> ExitCode {
    match run(&Command::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Up(args) => return up::run(args),
        Command::Test(args) => test::run(args)?,
        Command::Frontend(args) => frontend::run(args)?,
        Command::Bench(bench) => bench::run(bench)?,
        Command::Screenshots => screenshots::run()?,
        Command::Slo => slo::run()?,
        Command::Lint => lint::run()?,
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn verify_cli() {
        Command::command().debug_assert();
    }
}
