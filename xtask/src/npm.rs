//! Packages from npm, in folders of their own under `target/`. Nothing that ships holds
//! them: tests and benchmarks measure against them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{process, workspace};

/// The folder that holds these packages, if they are installed.
pub(crate) fn installed(name: &str, packages: &[&str]) -> Option<PathBuf> {
    let folder = folder(name);
    let found = fs::read_to_string(folder.join(STAMP)).ok()?;
    (found == packages.join("\n")).then(|| folder.join("node_modules"))
}

/// Installs these packages, each `name@version`, unless they are there; the folder that
/// holds them. Their own scripts do not run.
pub(crate) fn packages(name: &str, packages: &[&str]) -> Result<PathBuf> {
    if let Some(modules) = installed(name, packages) {
        return Ok(modules);
    }
    if process::find_program("npm").is_none() {
        bail!("install npm first: sudo apt-get install npm");
    }
    let folder = folder(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).context("could not clear the packages' folder")?;
    }
    fs::create_dir_all(&folder).context("could not make the packages' folder")?;
    // Without one, npm looks for it in the folders above.
    fs::write(folder.join("package.json"), r#"{"private":true}"#)?;
    let mut npm = Command::new("npm");
    npm.current_dir(&folder);
    npm.args(["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"]);
    npm.args(["--ignore-scripts", "--loglevel=error"]).args(packages);
    process::run(&mut npm)?;
    fs::write(folder.join(STAMP), packages.join("\n"))
        .context("could not note the installed packages")?;
    Ok(folder.join("node_modules"))
}

/// Written last, so that an installation that was cut off is done again.
const STAMP: &str = "packages";

fn folder(name: &str) -> PathBuf {
    workspace::target().join("npm").join(name)
}
