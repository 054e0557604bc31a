//! What may be in the dependency tree: `cargo deny` on `deny.toml`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::{process, workspace};

/// The version that `deny.toml` was written for.
const VERSION: &str = "0.20.2";

/// Judges licences, banned crates and sources. Advisories are left out: their database
/// is on GitHub alone, and a check must not fail because a server is away.
pub(crate) fn check() -> Result<()> {
    let program = program()?;
    let mut deny = Command::new(program);
    deny.current_dir(workspace::root());
    // Two versions of a crate are a warning in `deny.toml`, which nobody reads here.
    deny.args(["--locked", "--log-level", "error", "check", "--allow", "duplicate"]);
    process::run(deny.args(["bans", "licenses", "sources"]))
}

/// The program; compiled when this version is not there. Unoptimised, since it is run
/// for three seconds now and then.
fn program() -> Result<PathBuf> {
    let folder = workspace::target().join("cargo-deny");
    let program = folder.join("bin/cargo-deny");
    if installed_version(&program).as_deref() == Some(VERSION) {
        return Ok(program);
    }
    println!("compiling cargo-deny {VERSION} once, which takes a minute or two");
    let mut install = process::cargo();
    install.args(["install", "cargo-deny", "--version", VERSION, "--locked", "--force"]);
    install.args(["--quiet", "--debug", "--config", "profile.dev.debug=false"]);
    // Without a target directory it compiles in a temporary one and cleans up.
    install.env_remove("CARGO_TARGET_DIR").arg("--root").arg(&folder);
    process::run(&mut install)?;
    Ok(program)
}

fn installed_version(program: &Path) -> Option<String> {
    let said = process::capture(Command::new(program).arg("--version")).ok()?;
    said.trim().strip_prefix("cargo-deny ").map(str::to_owned)
}
