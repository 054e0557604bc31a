//! From Rust to a raw WASM module.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::rustup::TARGET;
use super::toolchain::Toolchain;
use crate::{process, workspace};

/// Lets cargo build the frontend and returns the module's path.
///
/// The build has a target directory of its own: another compiler's files in the
/// common one would make cargo rebuild at every turn.
pub(crate) fn compile(toolchain: &Toolchain, features: &[&str]) -> Result<PathBuf> {
    let directory = workspace::target().join("wasm");
    let mut cargo = process::cargo();
    cargo
        .args(["build", "--package", "frontend-wasm", "--lib", "--locked"])
        .args(["--profile", "wasm", "--target", TARGET, "--target-dir"])
        .arg(&directory)
        .args(features.iter().flat_map(|feature| ["--features", feature]));
    toolchain.configure(&mut cargo);
    // Panic messages name source files: without this, by this machine's directories.
    let mut flags = vec![format!("--remap-path-prefix={}=lab", workspace::root().display())];
    if let Some(home) = cargo_home() {
        flags.push(format!("--remap-path-prefix={}=cargo", home.display()));
    }
    // A page's calls do not nest as deep as the linker's default of 1 MiB provides for,
    // and every tab pays for it. What overflows traps.
    flags.push("-Clink-arg=-zstack-size=262144".to_owned());
    flags.extend(toolchain.flags().map(str::to_owned));
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags.join(" "));
    process::run(&mut cargo).context("could not compile the frontend")?;
    Ok(directory.join(TARGET).join("wasm/frontend_wasm.wasm"))
}

/// Where cargo keeps the sources of dependencies.
fn cargo_home() -> Option<PathBuf> {
    let set = env::var_os("CARGO_HOME").map(PathBuf::from);
    set.or_else(|| Some(env::home_dir()?.join(".cargo")))
}
