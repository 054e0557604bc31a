//! Brings the lab to a host over SSH: releases side by side, a switch in one step, and the
//! way back when the new one does not work.
//!
//! What must not be half done is done by the host itself: `src/target` is the program that
//! runs there. This side asks, copies, and shows what the other one says.

mod arguments;
mod checks;
mod commands;
mod copy;
mod ended;
mod names;
mod process;
mod quote;
mod remote;
mod report;
mod source;

use std::process::ExitCode;

use clap::Parser;

use arguments::Command;
use ended::Ended;

fn main() -> ExitCode {
    let result = match Command::parse() {
        Command::Deploy(args) => commands::deploy(&args),
        Command::Rollback(args) => commands::rollback(&args),
        Command::Releases(args) => commands::releases(&args),
        Command::VerifyHost(args) => commands::verify_host(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(error.downcast_ref::<Ended>().map_or(1, |ended| ended.code))
        }
    }
}
