//! Installs Debian packages on the machine that runs the tests.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::process;

/// Debian asks this script before it starts a service; 101 forbids it.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// Installs the packages, or says what to install where that is not ours to do.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    if process::find_program("apt-get").is_none() || !is_root() {
        bail!(
            "install these first: sudo apt-get install --no-install-recommends {}",
            packages.join(" ")
        );
    }
    // Ctrl-C then ends apt-get alone, and the policy is still taken back.
    for signal in [SIGINT, SIGTERM] {
        flag::register(signal, Arc::default()).context("could not watch for signals")?;
    }
    let _policy = NoServices::declare()?;
    process::run(apt_get().arg("update"))?;
    process::run(apt_get().args(["install", "--yes", "--no-install-recommends"]).args(packages))
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    // Mirrors have hiccups, and a machine that has just started updates itself first.
    command.args(["--quiet", "-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=300"]);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn is_root() -> bool {
    process::capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// Keeps new services from starting: the tests start their own, on ports of their own.
#[derive(Debug)]
struct NoServices {
    is_ours: bool,
}

impl NoServices {
    /// Writes the policy unless the machine has one, which then decides.
    fn declare() -> Result<Self> {
        let mut options = OpenOptions::new();
        match options.write(true).create_new(true).mode(0o755).open(POLICY) {
            Ok(mut file) => {
                let policy = Self { is_ours: true };
                file.write_all(b"#!/bin/sh\nexit 101\n")
                    .and_then(|()| file.set_permissions(Permissions::from_mode(0o755)))
                    .with_context(|| format!("could not write {POLICY}"))?;
                Ok(policy)
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Self { is_ours: false }),
            Err(error) => Err(error).with_context(|| format!("could not create {POLICY}")),
        }
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if self.is_ours
            && let Err(error) = fs::remove_file(POLICY)
        {
            eprintln!("warning: {POLICY} keeps services from starting, remove it: {error}");
        }
    }
}
