//! The `backend` program.

use std::process::ExitCode;

use backend::cli::{self, Cli};
use clap::Parser;

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => cli::run(&cli),
        Err(error) => cli::refuse(&error),
    }
}
