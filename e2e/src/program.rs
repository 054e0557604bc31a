//! Where the programs of the stack are.

use std::path::PathBuf;

use anyhow::Context;

/// A folder whose programs are used instead of the installed ones.
const FOLDER: &str = "LAB_PROMETHEUS_BIN";

/// The first program of these names, upstream's and the distributions'.
pub fn find(names: &[&str]) -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Daemons such as nginx lie in sbin, which an ordinary user's PATH lacks on Debian.
    let folders: Vec<_> = std::env::var_os(FOLDER)
        .map(PathBuf::from)
        .into_iter()
        .chain(std::env::split_paths(&path))
        .chain([PathBuf::from("/usr/sbin")])
        .collect();
    let candidates = folders.iter().flat_map(|folder| names.iter().map(|name| folder.join(name)));
    candidates
        .into_iter()
        .find(|program| program.is_file())
        .with_context(|| format!("{} is needed; `cargo xtask test` installs it", names[0]))
}
