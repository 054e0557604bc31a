//! The command line, and the only place that wires the parts.

mod args;
mod plans;
mod start;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use args::{Common, Load};
use plans::{Burst, Continuous, Cron, Max, Run, SloDemo};

/// The exit code for what was asked for wrongly.
const EXIT_USAGE: u8 = 1;

/// Synthetic traffic for the Observability Lab.
///
/// Exit codes: 0 the objectives were met, 1 usage, 2 an objective was missed, 3 the
/// generator fell behind its own schedule, 4 the target could not be reached.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Requests at a constant rate, or in stages (open model)
    Run(Run),
    /// As fast as the target answers (closed model)
    Max(Max),
    /// A trickle of sessions from all over the world
    Continuous(Continuous),
    /// Twenty rapid cycles with a few malformed requests among them
    Burst(Burst),
    /// Three cycles, for a scheduler to start
    Cron(Cron),
    /// A story in four acts that burns an error budget until alerts fire
    SloDemo(SloDemo),
}

/// Runs the command; the exit code tells how it went.
#[must_use]
pub fn run(cli: &Cli) -> ExitCode {
    let prepared = match &cli.command {
        Command::Run(command) => command.prepare(),
        Command::Max(command) => command.prepare(),
        Command::Continuous(command) => command.prepare(),
        Command::Burst(command) => command.prepare(),
        Command::Cron(command) => command.prepare(),
        Command::SloDemo(command) => command.prepare(),
    };
    match prepared.and_then(|prepared| start::start(&prepared)) {
        Ok(verdict) => verdict.into(),
        Err(error) => {
            eprintln!("loadgen: {error:#}");
            ExitCode::from(EXIT_USAGE)
        }
    }
}

/// Tells what is wrong with the arguments, or what was asked about them.
#[must_use]
pub fn refuse(error: &clap::Error) -> ExitCode {
    // A closed terminal takes no message.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { EXIT_USAGE } else { 0 })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
