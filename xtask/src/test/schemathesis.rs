//! schemathesis, in a Python environment of its own under `target/`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{process, workspace};

/// The version that the tests were written against.
const REQUIREMENT: &str = "schemathesis==4.32.5";

/// The program; installed from the Python package index when this version is not there.
pub(crate) fn program() -> Result<PathBuf> {
    let folder = workspace::target().join("schemathesis");
    let program = folder.join("bin/schemathesis");
    // Written last, so that an installation that was cut off is done again.
    let stamp = folder.join("requirement");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == REQUIREMENT) {
        return Ok(program);
    }
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = Command::new(folder.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", REQUIREMENT]);
    process::run(&mut pip)?;
    fs::write(&stamp, REQUIREMENT).context("could not note the installed version")?;
    Ok(program)
}
