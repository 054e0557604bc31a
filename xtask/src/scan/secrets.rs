//! Secrets that somebody has committed, by detect-secrets.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{process, workspace};

/// It compares files with a list of what is known to be none.
pub(super) const PROGRAM: &str = "detect-secrets-hook";

/// Examples, test data and checksums, each looked at by a person.
const BASELINE: &str = ".secrets.baseline";

/// Full of checksums, as the hook in `.pre-commit-config.yaml` has it.
const LEFT_OUT: [&str; 2] = ["Cargo.lock", BASELINE];

/// Its exit code when it finds nothing but known ones, on other lines.
const MOVED: i32 = 3;

/// Judges every file that Git tracks.
pub(super) fn check(hook: &Path) -> Result<()> {
    let root = workspace::root();
    // It writes the lines' new numbers into the list, which is not a scan's to change.
    let list = workspace::target().join("secrets.baseline");
    fs::create_dir_all(workspace::target()).context("could not make the target folder")?;
    fs::copy(root.join(BASELINE), &list).with_context(|| format!("could not copy {BASELINE}"))?;
    let tracked = process::capture(Command::new("git").arg("ls-files").current_dir(&root))?;
    // One that was removed and not yet committed has nothing to hide.
    let files =
        tracked.lines().filter(|name| !LEFT_OUT.contains(name) && root.join(name).is_file());
    let mut command = Command::new(hook);
    command.current_dir(&root).arg("--baseline").arg(&list).args(files);
    let output = process::output(&mut command)?;
    if output.status.success() || output.status.code() == Some(MOVED) {
        return Ok(());
    }
    // Names of files and lines; the secrets themselves it does not show.
    let said = [output.stdout, output.stderr].concat();
    bail!("{PROGRAM} ended with {}:\n{}", output.status, String::from_utf8_lossy(&said))
}
