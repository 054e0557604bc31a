//! The `loadgen` program.

use std::process::ExitCode;

use clap::Parser;
use loadgen::cli::{self, Cli};

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => cli::run(&cli),
        Err(error) => cli::refuse(&error),
    }
}
