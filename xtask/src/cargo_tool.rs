//! Programs of crates.io that checks and benches call, each at one version.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::{process, workspace};

/// A crate with one program of the same name.
#[derive(Debug)]
pub(crate) struct CargoTool {
    /// The crate.
    pub(crate) name: &'static str,
    /// The version that is wanted, and no other.
    pub(crate) version: &'static str,
    /// Optimised: for what is measured. Compiling takes longer then.
    pub(crate) is_optimised: bool,
    /// What makes it print its version, as the last word.
    pub(crate) version_words: &'static [&'static str],
}

impl CargoTool {
    /// The program below `target/`; compiled when this version is not there.
    pub(crate) fn program(&self) -> Result<PathBuf> {
        let Self { name, version, is_optimised, version_words } = self;
        let folder = workspace::target().join(name);
        let program = folder.join("bin").join(name);
        if installed_version(&program, version_words).as_deref() == Some(*version) {
            return Ok(program);
        }
        println!("compiling {name} {version} once, which takes some minutes");
        let mut install = process::cargo();
        install.args(["install", name, "--version", version, "--locked", "--force", "--quiet"]);
        if !is_optimised {
            install.args(["--debug", "--config", "profile.dev.debug=false"]);
        }
        // Without a target directory it compiles in a temporary one and cleans up.
        install.env_remove("CARGO_TARGET_DIR").arg("--root").arg(&folder);
        process::run(&mut install)?;
        Ok(program)
    }
}

fn installed_version(program: &Path, words: &[&str]) -> Option<String> {
    let said = process::capture(Command::new(program).args(words)).ok()?;
    said.split_whitespace().last().map(str::to_owned)
}
