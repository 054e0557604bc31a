//! The `backend` program.

use std::process::ExitCode;

use backend::cli::{self, Cli};
use clap::Parser;

fn main() -> ExitCode {
    cli::run(&Cli::parse())
}
