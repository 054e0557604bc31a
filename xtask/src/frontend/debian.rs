//! A private Rust toolchain from Debian packages, for networks that rustup cannot cross.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::toolchain::PrivateToolchain;
use super::wrappers;
use crate::{debian, process, workspace};

/// Compiler, linker, optimiser and the shared libraries that they load.
///
/// The names with a version belong to one Debian release, [`debian::SUITE`].
const PACKAGES: [&str; 20] = [
    "rustc",
    "libstd-rust-1.85",
    "libstd-rust-dev",
    "libstd-rust-dev-wasm32",
    "libllvm19",
    "lld-19",
    "binaryen",
    "libc6",
    "libgcc-s1",
    "libstdc++6",
    "zlib1g",
    "libzstd1",
    "libxml2",
    "libz3-4",
    "libedit2",
    "libtinfo6",
    "libffi8",
    "liblzma5",
    "libbsd0",
    "libmd0",
];

/// Written last, so that an interrupted download is never taken for a toolchain.
const STAMP: &str = "complete";

/// The toolchain, when an earlier run unpacked all of it.
pub(crate) fn unpacked() -> Option<PrivateToolchain> {
    let base = base();
    let stamp = fs::read_to_string(base.join(STAMP)).ok()?;
    (stamp == stamp_text()).then(|| programs(base))
}

/// Downloads and unpacks the toolchain.
pub(crate) fn unpack() -> Result<PrivateToolchain> {
    let base = base();
    println!("compiler: fetching a private one into {} (about 190 MB)", base.display());
    let arch = debian::unpack(&PACKAGES, &base)?;
    wrappers::write(&base.join("bin"), arch)?;
    check(&programs(base.clone()))?;
    fs::write(base.join(STAMP), stamp_text()).context("could not write the toolchain's stamp")?;
    Ok(programs(base))
}

/// Starts each program once: a missing library shows here, not in the middle of a build.
fn check(toolchain: &PrivateToolchain) -> Result<()> {
    for program in [&toolchain.rustc, &toolchain.linker, &toolchain.wasm_opt] {
        process::capture(Command::new(program).arg("--version"))
            .context("the private toolchain does not run here")?;
    }
    Ok(())
}

/// The directory of everything private.
fn base() -> PathBuf {
    workspace::target().join("wasm-toolchain")
}

/// Where the programs are, unpacked or not.
fn programs(base: PathBuf) -> PrivateToolchain {
    let bin = base.join("bin");
    PrivateToolchain {
        rustc: bin.join("rustc"),
        linker: bin.join("wasm-ld"),
        wasm_opt: bin.join("wasm-opt"),
        root: base,
    }
}

/// Names what is unpacked, so that a change of the list unpacks anew.
fn stamp_text() -> String {
    format!("{} {}\n", debian::SUITE, PACKAGES.join(" "))
}
