//! Where PostgreSQL's programs are, and who runs them.

use std::env;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use nix::unistd::{Uid, User};

/// Debian keeps each version's programs off the `PATH`.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder of the server's programs; of several versions the newest. `None` where no
/// server is installed.
#[must_use]
pub fn programs() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    // A link to one program tells where the others are.
    let linked = |folder: PathBuf| fs::canonicalize(folder.join("postgres")).ok();
    let installed = |program: &PathBuf| program.with_file_name("createdb").is_file();
    if let Some(program) = env::split_paths(&path).filter_map(linked).find(installed) {
        return Some(program.with_file_name(""));
    }
    let versions = fs::read_dir(DEBIAN).ok()?.flatten().map(|entry| entry.path());
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    versions
        .filter(|version| version.join("bin/postgres").is_file())
        .max_by_key(number)
        .map(|version| version.join("bin"))
}

/// PostgreSQL refuses to run as root; its package brings a user of its own.
pub(crate) fn owner() -> Result<Option<User>> {
    if !Uid::effective().is_root() {
        return Ok(None);
    }
    let user = User::from_name("postgres")?.context("there is no user named postgres")?;
    Ok(Some(user))
}

/// `program`, run by `owner`.
pub(crate) fn command(program: &Path, owner: Option<&User>) -> Command {
    let mut command = Command::new(program);
    // The folder that the tests were called from may be closed to that user.
    command.current_dir("/");
    if let Some(owner) = owner {
        command.uid(owner.uid.as_raw()).gid(owner.gid.as_raw());
    }
    command
}
