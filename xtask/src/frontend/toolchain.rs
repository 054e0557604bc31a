//! Which compiler builds the browser's module.

use std::fmt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use super::rustup::TARGET;
use super::{debian, rustup};

/// A compiler with a standard library for the browser.
#[derive(Debug)]
pub(crate) enum Toolchain {
    /// The one that builds everything else.
    Ordinary(Origin),
    /// Debian's, unpacked under `target/`.
    Private(PrivateToolchain),
}

/// How the ordinary compiler came by the WASM target.
#[derive(Debug)]
pub(crate) enum Origin {
    /// It was there before.
    Installed,
    /// rustup fetched it just now.
    Fetched,
}

/// The programs of the private toolchain, each a wrapper script.
#[derive(Debug)]
pub(crate) struct PrivateToolchain {
    pub(crate) rustc: PathBuf,
    pub(crate) linker: PathBuf,
    pub(crate) wasm_opt: PathBuf,
    pub(crate) root: PathBuf,
}

impl Toolchain {
    /// Takes the first compiler that works, from the least effort to the most.
    pub(crate) fn find_or_fetch() -> Result<Self> {
        if rustup::has_target() {
            return Ok(Self::Ordinary(Origin::Installed));
        }
        // An unpacked toolchain says that rustup could not help; asking again costs minutes.
        if let Some(toolchain) = debian::unpacked() {
            return Ok(Self::Private(toolchain));
        }
        let rustup_reason = match rustup::add_target() {
            Ok(()) => return Ok(Self::Ordinary(Origin::Fetched)),
            Err(reason) => reason,
        };
        match debian::unpack() {
            Ok(toolchain) => Ok(Self::Private(toolchain)),
            Err(reason) => bail!(
                "no compiler for {TARGET}\n  \
                 rustup:  {rustup_reason}\n  \
                 Debian:  {reason:#}\n\
                 Any one of these helps:\n  \
                 1. `rustup target add {TARGET}` with a network that reaches rustup's server\n  \
                 2. Debian (or its derivatives with debian-archive-keyring) with apt-get and \
                 dpkg-deb, where this command unpacks its own compiler under target/\n  \
                 3. target/assets copied from a machine that has built it, then `--no-build`"
            ),
        }
    }

    /// Points cargo at this compiler.
    pub(crate) fn configure(&self, cargo: &mut Command) {
        if let Self::Private(toolchain) = self {
            cargo.env("RUSTC", &toolchain.rustc);
            cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", &toolchain.linker);
        }
    }
}

/// What current compilers use by default, for Debian's older one: every browser has had
/// these features since 2022, and code is smaller with them.
const FEATURES: &str = "-Ctarget-feature=+bulk-memory,+nontrapping-fptoint,+sign-ext,\
                        +mutable-globals,+multivalue,+reference-types";

impl Toolchain {
    /// Flags for the compiler.
    pub(crate) fn flags(&self) -> impl Iterator<Item = &'static str> {
        matches!(self, Self::Private(_)).then_some(FEATURES).into_iter()
    }
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ordinary(Origin::Installed) => write!(f, "ordinary, {TARGET} is installed"),
            Self::Ordinary(Origin::Fetched) => write!(f, "ordinary, rustup fetched {TARGET}"),
            Self::Private(toolchain) => {
                write!(f, "private, Debian packages in {}", toolchain.root.display())
            }
        }
    }
}
