//! `cargo xtask deploy`, `rollback`, `releases` and `verify-host`: the `deploy` program's
//! commands.

use std::env;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::process;

/// Words that are another program's to understand, `--help` among them.
#[derive(Debug, clap::Args)]
pub(crate) struct Words {
    /// Options of the `deploy` program; `--help` lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) words: Vec<String>,
}

/// Compiles the program and runs it where this one was called from, which is what names of
/// files are relative to; the exit code is that program's.
pub(crate) fn run(command: &str, words: &Words) -> Result<ExitCode> {
    let here = env::current_dir().context("the current folder is gone")?;
    let mut deploy = process::member("deploy");
    deploy.arg(command).args(&words.words);
    let status = deploy.current_dir(here).status().context("could not start cargo")?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
