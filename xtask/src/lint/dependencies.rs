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

/// Judges licences, banned crates and sources. Advisories are left out: their database
/// is on GitHub alone, and a check must not fail because a server is away.
pub(crate) fn check() -> Result<()> {
    let mut deny = Command::new(CARGO_DENY.program()?);
    deny.current_dir(workspace::root());
    // Two versions of a crate are a warning in `deny.toml`, which nobody reads here.
    deny.args(["--locked", "--log-level", "error", "check", "--allow", "duplicate"]);
    process::run(deny.args(["bans", "licenses", "sources"]))
}
