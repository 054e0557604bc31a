//! Where things lie in this workspace.

use std::env;
use std::env::consts::EXE_SUFFIX;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

/// The workspace root, whatever directory the command was called from.
///
/// `cargo run` says at run time where the crate lies; what was compiled in is stale
/// once the workspace has moved.
pub(crate) fn root() -> PathBuf {
    let xtask = env::var_os("CARGO_MANIFEST_DIR");
    let xtask = xtask.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    xtask.parent().map_or(xtask.clone(), PathBuf::from)
}

/// The workspace's own `target/`, which holds what the lab builds and runs from.
///
/// `CARGO_TARGET_DIR` does not move it, because `LAB_ASSETS_DIR` and the
/// documentation name this place.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// Where cargo puts a program of ours; `profile` is the directory's, `debug` or `release`.
pub(crate) fn program(name: &str, profile: &str) -> Result<PathBuf> {
    Ok(cargo_target()?.join(profile).join(format!("{name}{EXE_SUFFIX}")))
}

/// Cargo's own target directory, which follows `CARGO_TARGET_DIR`: cargo writes it.
pub(crate) fn cargo_target() -> Result<PathBuf> {
    let metadata = process::capture(process::cargo().args([
        "metadata",
        "--no-deps",
        "--format-version=1",
        "--offline",
    ]))?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata is not JSON")?;
    let target =
        metadata["target_directory"].as_str().context("cargo names no target directory")?;
    Ok(PathBuf::from(target))
}
