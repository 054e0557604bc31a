//! What differs between the processors that Debian's packages are unpacked for.

use anyhow::{Result, bail};

/// A Debian architecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arch {
    /// Debian's own name for it.
    pub(crate) name: &'static str,
    /// The directory of shared libraries below `usr/lib`.
    pub(crate) multiarch: &'static str,
    /// The dynamic loader's file name in that directory.
    pub(crate) loader: &'static str,
}

const AMD64: Arch =
    Arch { name: "amd64", multiarch: "x86_64-linux-gnu", loader: "ld-linux-x86-64.so.2" };

const ARM64: Arch =
    Arch { name: "arm64", multiarch: "aarch64-linux-gnu", loader: "ld-linux-aarch64.so.1" };

impl Arch {
    /// Finds an architecture by what `dpkg --print-architecture` says.
    pub(crate) fn named(name: &str) -> Result<Self> {
        match [AMD64, ARM64].into_iter().find(|arch| arch.name == name) {
            Some(arch) => Ok(arch),
            None => bail!("packages for the architecture {name} are not unpacked here"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_server_architectures_are_known() {
        assert_eq!(Arch::named("amd64").unwrap().multiarch, "x86_64-linux-gnu");
        assert_eq!(Arch::named("arm64").unwrap().loader, "ld-linux-aarch64.so.1");
        assert!(Arch::named("riscv64").is_err());
    }
}
