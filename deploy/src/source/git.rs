//! What git knows of a checkout.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::remote::last_line;

const LIMIT: Duration = Duration::from_mins(2);

/// The checkout's uppermost folder.
pub(super) fn root(folder: &Path) -> Result<PathBuf> {
    let root = git(folder, &["rev-parse", "--show-toplevel"])
        .context("only a checkout of git can be deployed: what git tracks is what is sent")?;
    Ok(PathBuf::from(root.trim_end()))
}

/// The nearest tag, the distance to it and the commit; without a tag the commit alone.
pub(super) fn describe(root: &Path) -> Result<String> {
    let name = git(root, &["describe", "--tags", "--always", "--abbrev=12"])?;
    Ok(name.trim_end().to_owned())
}

/// The commit.
pub(super) fn revision(root: &Path) -> Result<String> {
    Ok(git(root, &["rev-parse", "--short=12", "HEAD"])?.trim_end().to_owned())
}

/// Whether a tracked file is not as it was committed.
pub(super) fn is_changed(root: &Path) -> Result<bool> {
    Ok(!git(root, &["status", "--porcelain", "--untracked-files=no"])?.is_empty())
}

/// How many files are neither tracked nor ignored.
pub(super) fn untracked(root: &Path) -> Result<usize> {
    Ok(git(root, &["ls-files", "-z", "--others", "--exclude-standard"])?.matches('\0').count())
}

/// The tracked files, below the root.
pub(super) fn tracked(root: &Path) -> Result<Vec<PathBuf>> {
    let names = git(root, &["ls-files", "-z", "--cached"])?;
    if names.contains(char::REPLACEMENT_CHARACTER) {
        bail!("a tracked file has a name that is not UTF-8");
    }
    Ok(names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect())
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments);
    let output = process::run(&mut command, Vec::new(), LIMIT)?;
    if !output.status.success() {
        bail!("git in {}: {}", folder.display(), last_line(&output.stderr));
    }
    Ok(output.stdout)
}
