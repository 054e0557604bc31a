//! Judges compose files and Dockerfiles by the rules in `*.rego`, as `conftest` would.

mod dockerfile;
mod files;
mod judge;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use judge::Judge;

/// Judges compose files and Dockerfiles.
#[derive(Debug, Parser)]
struct Args {
    /// The folder with the rules
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR")))]
    policy: PathBuf,
    /// The files; without any, all of the folder that it is called in
    files: Vec<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("policies: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints every denial; true when there is none.
fn run(args: &Args) -> Result<bool> {
    let judge = Judge::load(&args.policy)?;
    let is_whole = args.files.is_empty();
    let files = if is_whole { files::all(".".as_ref())? } else { args.files.clone() };
    let mut denials = Vec::new();
    let mut needed = Vec::new();
    for file in &files {
        let verdict = judge.file(file)?;
        denials.extend(verdict.denials.iter().map(|why| format!("{}: {why}", file.display())));
        needed.extend(verdict.needed);
    }
    if is_whole {
        let idle = judge.exceptions()?.into_iter().filter(|one| !needed.contains(one));
        denials.extend(idle.map(|one| format!("exceptions.rego: nothing needs {one}")));
    }
    for denial in &denials {
        println!("{denial}");
    }
    if denials.is_empty() {
        println!("{} files are as the policies want them", files.len());
    }
    Ok(denials.is_empty())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
