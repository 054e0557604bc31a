//! apt-get with a configuration of its own.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::arch::Arch;
use crate::process;

/// The Debian release whose packages are unpacked: the first with a WASM standard library
/// that is new enough.
pub(crate) const SUITE: &str = "trixie";

/// Debian's public keys; a system without them cannot check what it downloads.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// apt-get which reads and writes only below one directory.
#[derive(Debug)]
pub(crate) struct PrivateApt {
    options: Vec<OsString>,
}

impl PrivateApt {
    /// Writes the configuration below `directory` and reads the mirror's package lists.
    pub(crate) fn prepare(directory: &Path, arch: Arch) -> Result<Self> {
        if !Path::new(KEYRING).exists() {
            bail!("Debian's signing keys are missing (package debian-archive-keyring)");
        }
        let mirror = mirror()?;
        let lists = directory.join("lists");
        let cache = directory.join("cache");
        for path in [lists.join("partial"), cache.join("archives/partial")] {
            fs::create_dir_all(&path)
                .with_context(|| format!("could not create {}", path.display()))?;
        }
        let sources = directory.join("sources.list");
        let source =
            format!("deb [arch={} signed-by={KEYRING}] {mirror} {SUITE} main\n", arch.name);
        fs::write(&sources, source).context("could not write the package source")?;
        // Empty, so that nothing counts as installed and every package is fetched.
        let status = directory.join("status");
        fs::write(&status, "").context("could not write an empty package status")?;

        let apt = Self {
            options: [
                ("Dir::Etc::sourcelist", sources),
                ("Dir::Etc::sourceparts", PathBuf::from("-")),
                ("Dir::State::Lists", lists),
                ("Dir::State::status", status),
                ("Dir::Cache", cache),
                ("APT::Architecture", PathBuf::from(arch.name)),
                ("Acquire::Languages", PathBuf::from("none")),
                // The unprivileged download user cannot write below target/.
                ("APT::Sandbox::User", PathBuf::from("root")),
            ]
            .into_iter()
            .flat_map(|(name, value)| [OsString::from("-o"), assignment(name, &value)])
            .collect(),
        };
        process::capture(apt.command().args(["-q", "update"]))
            .context("could not read Debian's package lists")?;
        Ok(apt)
    }

    /// Downloads packages, and only these, into `directory`.
    pub(crate) fn download(&self, packages: &[&str], directory: &Path) -> Result<()> {
        let mut command = self.command();
        command.args(["-q", "download"]).args(packages).current_dir(directory);
        process::capture(&mut command).context("could not download the packages")?;
        Ok(())
    }

    fn command(&self) -> Command {
        let mut command = Command::new("apt-get");
        command.args(&self.options).env("LC_ALL", "C");
        command
    }
}

fn assignment(name: &str, value: &Path) -> OsString {
    let mut assignment = OsString::from(name);
    assignment.push("=");
    assignment.push(value);
    assignment
}

/// The Debian mirror that this host is configured for.
fn mirror() -> Result<String> {
    let labelled = index_targets(&[])?;
    if let Some(mirror) = mirror_by_label(&labelled) {
        return Ok(mirror.to_owned());
    }
    // A container image often has no package lists, and then apt knows no labels.
    let configured = index_targets(&["--no-release-info"])?;
    mirror_by_path(&configured)
        .map(str::to_owned)
        .context("this system is configured for no Debian mirror")
}

fn index_targets(options: &[&str]) -> Result<String> {
    let mut command = Command::new("apt-get");
    command.arg("indextargets").args(options);
    command.args(["--format", "$(LABEL)|$(REPO_URI)", "Created-By: Packages"]);
    process::capture(&mut command).context("could not read apt's sources")
}

/// The first mirror that calls itself Debian; security and third-party archives do not.
fn mirror_by_label(targets: &str) -> Option<&str> {
    mirrors(targets).find(|(label, _)| *label == "Debian").map(|(_, uri)| uri)
}

/// The first mirror whose path ends as Debian's archive does by convention.
fn mirror_by_path(targets: &str) -> Option<&str> {
    mirrors(targets)
        .map(|(_, uri)| uri)
        .find(|uri| uri.trim_end_matches('/').rsplit('/').next() == Some("debian"))
}

/// Pairs of label and address, without installation discs.
fn mirrors(targets: &str) -> impl Iterator<Item = (&str, &str)> {
    targets
        .lines()
        .filter_map(|line| line.split_once('|'))
        .filter(|(_, uri)| !uri.starts_with("cdrom:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_the_first_that_calls_itself_debian() {
        let targets = "Debian|cdrom:[Debian 12]/\n\
                       Node Source|https://node.example/x/\n\
                       Debian-Security|http://mirror.example/debian-security/\n\
                       Debian|http://mirror.example/debian/\n\
                       Debian|http://second.example/debian/\n";
        assert_eq!(mirror_by_label(targets), Some("http://mirror.example/debian/"));
    }

    #[test]
    fn without_labels_the_path_decides() {
        let targets = "$(LABEL)|http://mirror.example/debian-security/\n\
                       $(LABEL)|http://mirror.example/debian/\n";
        assert_eq!(mirror_by_label(targets), None);
        assert_eq!(mirror_by_path(targets), Some("http://mirror.example/debian/"));
    }

    #[test]
    fn ubuntu_has_no_debian_mirror() {
        let targets = "Ubuntu|http://mirror.example/ubuntu/\n";
        assert_eq!(mirror_by_label(targets), None);
        assert_eq!(mirror_by_path(targets), None);
    }
}
