//! `cargo xtask screenshots`: the pictures in `docs/screenshots`, of the page as it is now.

use anyhow::Result;

use crate::{frontend, process, workspace};

/// Builds the lab and takes the pictures.
pub(crate) fn run() -> Result<()> {
    frontend::run(&frontend::Args::default())?;
    process::run(process::cargo().args(["build", "--package", "backend", "--locked"]))?;
    let mut cargo = process::cargo();
    cargo.args(["run", "--package", "e2e", "--bin", "screenshots", "--locked", "--"]);
    cargo.arg(workspace::root().join("docs/screenshots"));
    cargo.env("LAB_BACKEND_BIN", workspace::program("backend", "debug")?);
    cargo.env("LAB_ASSETS_DIR", frontend::default_out());
    process::run(&mut cargo)
}
