//! Python programs, each with an environment of its own under `target/`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{process, workspace};

/// The environment `name` with what `requirements` list, a line each as pip reads them;
/// installed from the Python package index when exactly these are not there.
pub(crate) fn environment(name: &str, requirements: &str) -> Result<PathBuf> {
    let folder = workspace::target().join(name);
    // Written last, so that an installation that was cut off is done again.
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == requirements) {
        return Ok(folder);
    }
    if process::capture(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_err() {
        bail!("Python cannot make environments here: sudo apt-get install python3-venv");
    }
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let wanted = folder.join("wanted");
    fs::write(&wanted, requirements).context("could not say what is wanted")?;
    let mut pip = Command::new(folder.join("bin/pip"));
    let options = ["install", "--quiet", "--disable-pip-version-check", "--requirement"];
    process::run(pip.args(options).arg(&wanted))?;
    fs::rename(&wanted, &stamp).context("could not note what was installed")?;
    Ok(folder)
}
