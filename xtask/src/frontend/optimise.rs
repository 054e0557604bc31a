//! binaryen's wasm-opt, which takes about a tenth off the module.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::debian;
use crate::{npm, process, workspace};

/// Smallest code, without the names and tool versions that only a debugger reads, and
/// with the features that rustc uses by default.
const OPTIONS: [&str; 10] = [
    "-Oz",
    // A large function that is inlined for its one caller compresses worse than a call.
    "--one-caller-inline-max-function-size=30",
    "--strip-debug",
    "--strip-producers",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The oldest release that was tried and works. Debian 12's 108 mixes the module's tables
/// up, which then fails to start.
const OLDEST: u32 = 112;

/// npm's package of it, for machines whose distribution has none or an older one.
const NPM: &str = "binaryen@132.0.0";

/// A wasm-opt that runs here.
#[derive(Debug)]
pub(crate) struct Optimiser {
    program: PathBuf,
    /// What it calls itself; another version makes other code.
    pub(crate) version: String,
}

impl Optimiser {
    /// The private toolchain's wasm-opt, or the one on `PATH`, or the one that
    /// [`Optimiser::fetch`] has fetched.
    pub(crate) fn find() -> Option<Self> {
        let private = debian::unpacked().map(|toolchain| toolchain.wasm_opt);
        let ours = npm::installed("binaryen", &[NPM]).map(|modules| modules.join(".bin/wasm-opt"));
        let all = [private, process::find_program("wasm-opt"), ours];
        all.into_iter().flatten().find_map(Self::at)
    }

    /// Fetches one from npm where there is none.
    pub(crate) fn fetch() -> Result<()> {
        if Self::find().is_none() {
            npm::packages("binaryen", &[NPM])?;
        }
        Ok(())
    }

    fn at(program: PathBuf) -> Option<Self> {
        let version = process::capture(Command::new(&program).arg("--version")).ok()?;
        if number(&version).is_none_or(|number| number < OLDEST) {
            println!("wasm-opt: {} is too old, {OLDEST} is not", version.trim());
            return None;
        }
        Some(Self { program, version })
    }

    /// Returns a smaller module that does the same.
    pub(crate) fn shrink(&self, module: Vec<u8>) -> Result<Vec<u8>> {
        let directory = workspace::target().join("wasm/optimise");
        fs::create_dir_all(&directory).context("could not create a directory for wasm-opt")?;
        let (input, output) = (directory.join("in.wasm"), directory.join("out.wasm"));
        fs::write(&input, &module).context("could not write the module for wasm-opt")?;

        let mut command = Command::new(&self.program);
        command.args(OPTIONS).arg(&input).arg("-o").arg(&output);
        if let Err(reason) = process::capture(&mut command) {
            // An old release may not know the newest features; the module works without it.
            println!("wasm-opt: left out, {} says: {reason:#}", self.version.trim());
            return Ok(module);
        }
        fs::read(&output).context("could not read what wasm-opt wrote")
    }
}

/// The number in `wasm-opt version 120 (version_120)`.
fn number(version: &str) -> Option<u32> {
    let word = version.strip_prefix("wasm-opt version ")?.split_whitespace().next()?;
    word.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_read_from_what_it_says() {
        assert_eq!(number("wasm-opt version 108\n"), Some(108));
        assert_eq!(number("wasm-opt version 132 (version_132)\n"), Some(132));
        assert_eq!(number("wasm-opt: unknown option"), None);
    }
}
