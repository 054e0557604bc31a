//! binaryen's wasm-opt, which takes about a tenth off the module.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::debian;
use crate::{process, workspace};

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

/// A wasm-opt that runs here.
#[derive(Debug)]
pub(crate) struct Optimiser {
    program: PathBuf,
    /// What it calls itself; another version makes other code.
    pub(crate) version: String,
}

impl Optimiser {
    /// The private toolchain's wasm-opt, or else the one on `PATH`.
    pub(crate) fn find() -> Option<Self> {
        let program = debian::unpacked()
            .map(|toolchain| toolchain.wasm_opt)
            .or_else(|| process::find_program("wasm-opt"))?;
        let version = process::capture(Command::new(&program).arg("--version")).ok()?;
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
