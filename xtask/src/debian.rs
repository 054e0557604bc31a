//! Debian packages unpacked into a folder of ours.
//!
//! apt-get downloads with lists, cache and status of its own, so that the host's
//! stay as they are, and nothing is installed. Signatures are checked as always.

mod apt;
mod arch;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use apt::PrivateApt;
pub(crate) use apt::SUITE;
pub(crate) use arch::Arch;

/// Downloads packages and unpacks them into `base/root`; what `base` held is removed.
pub(crate) fn unpack(packages: &[&str], base: &Path) -> Result<Arch> {
    for program in ["apt-get", "dpkg-deb", "dpkg"] {
        if process::find_program(program).is_none() {
            bail!("{program} is not here");
        }
    }
    let name = process::capture(Command::new("dpkg").arg("--print-architecture"))?;
    let arch = Arch::named(name.trim())?;
    if base.exists() {
        fs::remove_dir_all(base).context("could not remove what an earlier run left half done")?;
    }
    let (debs, root, private) = (base.join("debs"), base.join("root"), base.join("apt"));
    for directory in [&debs, &root] {
        fs::create_dir_all(directory)
            .with_context(|| format!("could not create {}", directory.display()))?;
    }
    PrivateApt::prepare(&private, arch)?.download(packages, &debs)?;
    extract(&debs, &root)?;
    for directory in [debs, private] {
        fs::remove_dir_all(&directory)
            .with_context(|| format!("could not remove {}", directory.display()))?;
    }
    Ok(arch)
}

/// Unpacks every package in `debs` into `root`.
fn extract(debs: &Path, root: &Path) -> Result<()> {
    for entry in fs::read_dir(debs).context("could not list the downloaded packages")? {
        let deb = entry.context("could not list the downloaded packages")?.path();
        process::capture(Command::new("dpkg-deb").arg("-x").arg(deb).arg(root))?;
    }
    Ok(())
}
