//! Packages from npm that `cargo xtask test` has installed.

use std::path::{Path, PathBuf};

use anyhow::ensure;

/// The path of a package's file.
pub fn file(name: &str) -> anyhow::Result<PathBuf> {
    let folder = std::env::var_os("LAB_NPM_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/npm/test/node_modules"),
        PathBuf::from,
    );
    let file = folder.join(name);
    ensure!(file.exists(), "{} is missing; `cargo xtask test` installs it", file.display());
    Ok(file)
}
