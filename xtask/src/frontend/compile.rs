//! From Rust to a raw WASM module.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::rustup::TARGET;
use super::toolchain::Toolchain;
use crate::{process, workspace};

/// Lets cargo build the frontend and returns the module's path.
///
/// The build has a target directory of its own: another compiler's files in the
/// common one would make cargo rebuild at every turn.
pub(crate) fn compile(toolchain: &Toolchain) -> Result<PathBuf> {
    let directory = workspace::target().join("wasm");
    let mut cargo = process::cargo();
    cargo
        .args(["build", "--package", "frontend-wasm", "--lib", "--locked"])
        .args(["--profile", "wasm", "--target", TARGET, "--target-dir"])
        .arg(&directory);
    toolchain.configure(&mut cargo);
    process::run(&mut cargo).context("could not compile the frontend")?;
    Ok(directory.join(TARGET).join("wasm/frontend_wasm.wasm"))
}
