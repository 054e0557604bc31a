//! What may be in the dependency tree: `cargo deny` on `deny.toml`.

use std::process::Command;

use anyhow::Result;

use crate::cargo_tool::CargoTool;
use crate::{process, workspace};

/// `deny.toml` was written for this version. Unoptimised, since it is run for three seconds
/// now and then.
const CARGO_DENY: CargoTool = CargoTool {
    name: "cargo-deny",
    version: "0.20.2",
    is_optimised: false,
    version_words: &["--version"],
};

/// Judges licences, banned crates and sources. [`advisories`] are apart: their database is
/// on GitHub alone, and a check must not fail because a server is away.
pub(crate) fn check() -> Result<()> {
    let mut deny = deny()?;
    // Two versions of a crate are a warning in `deny.toml`, which nobody reads here.
    deny.args(["check", "--allow", "duplicate"]);
    process::run(deny.args(["bans", "licenses", "sources"]))
}

/// Judges dependencies by what is known of their weaknesses today, or says that it is not
/// known here. An older copy of the database is not asked: it would say that all is well.
pub(crate) fn advisories() -> Result<()> {
    let fetched = process::output(deny()?.args(["fetch", "db"]))?;
    if !fetched.status.success() {
        let said = String::from_utf8_lossy(&fetched.stderr);
        let reason = process::last_line(&said).unwrap_or("no reason given");
        println!("advisories: left out, their database cannot be fetched ({reason})");
        return Ok(());
    }
    process::run(deny()?.args(["check", "advisories"]))
}

fn deny() -> Result<Command> {
    let mut deny = Command::new(CARGO_DENY.program()?);
    deny.current_dir(workspace::root()).args(["--locked", "--log-level", "error"]);
    Ok(deny)
}
