//! promtool and amtool in up to three versions.

use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{debian, process, workspace};

/// A folder with other versions of both tools, checked besides the installed ones.
const FOLDER: &str = "LAB_PROMETHEUS_BIN";

/// In a newer Debian than the one that most machines run.
const PACKAGES: [&str; 2] = ["promtool", "prometheus-alertmanager"];

/// One version of both.
pub(super) struct Tools {
    /// Where they come from.
    pub(super) origin: String,
    promtool: PathBuf,
    amtool: PathBuf,
    pub(super) promtool_version: Version,
    pub(super) amtool_version: Version,
}

/// What a tool says of itself; a build without a version is taken for the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    major: u32,
    minor: u32,
}

impl Tools {
    fn at(origin: &str, promtool: PathBuf, amtool: PathBuf) -> Result<Self> {
        Ok(Self {
            origin: origin.to_owned(),
            promtool_version: Version::of(&promtool)?,
            amtool_version: Version::of(&amtool)?,
            promtool,
            amtool,
        })
    }

    pub(super) fn promtool(&self) -> Command {
        Command::new(&self.promtool)
    }

    pub(super) fn amtool(&self) -> Command {
        Command::new(&self.amtool)
    }
}

/// The installed tools, those of Debian's next release, and those that a person names.
pub(super) fn all() -> Result<Vec<Tools>> {
    let installed = |name: &str| {
        process::find_program(name).with_context(|| format!("{name} is not installed"))
    };
    let mut all =
        vec![Tools::at("the installed programs", installed("promtool")?, installed("amtool")?)?];
    match unpacked() {
        Ok(bin) => {
            let origin = format!("Debian {}'s programs", debian::SUITE);
            all.push(Tools::at(&origin, bin.join("promtool"), bin.join("amtool"))?);
        }
        Err(error) => println!("not checked with Debian {}'s versions: {error:#}", debian::SUITE),
    }
    if let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) {
        all.push(Tools::at(FOLDER, folder.join("promtool"), folder.join("amtool"))?);
    }
    all.dedup_by_key(|tools| (tools.promtool_version, tools.amtool_version));
    Ok(all)
}

/// The folder with the programs of Debian's next release, fetched where they are not yet.
fn unpacked() -> Result<PathBuf> {
    let base = workspace::target().join("prometheus-tools");
    // Written last, so that an interrupted download is done again.
    let stamp = base.join("complete");
    let wanted = format!("{} {}", debian::SUITE, PACKAGES.join(" "));
    if !fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        debian::unpack(&PACKAGES, &base)?;
        fs::write(&stamp, wanted).context("could not note what was unpacked")?;
    }
    Ok(base.join("root/usr/bin"))
}

impl Version {
    const NEWEST: Self = Self { major: u32::MAX, minor: 0 };

    /// A version by its first two numbers.
    pub(super) const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor }
    }

    fn of(program: &Path) -> Result<Self> {
        let text = process::capture(Command::new(program).arg("--version"))?;
        Ok(Self::parse(&text).unwrap_or(Self::NEWEST))
    }

    /// From `promtool, version 2.42.0+ds (branch: …`.
    fn parse(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once("version ")?;
        let mut numbers = rest.split('.').map(|number| number.parse().ok());
        Some(Self { major: numbers.next()??, minor: numbers.next()?? })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::NEWEST {
            f.write_str("of a build that names no version")
        } else {
            write!(f, "{}.{}", self.major, self.minor)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        let of = |text: &str| Version::parse(text);
        assert_eq!(of("promtool, version 2.42.0+ds (branch: d)"), Some(Version::new(2, 42)));
        assert_eq!(of("amtool, version 0.28.1 (branch: d)"), Some(Version::new(0, 28)));
        assert_eq!(of("promtool, version  (branch: , revision: unknown)"), None);
        assert!(Version::new(0, 25) < Version::new(0, 26) && Version::new(3, 0) < Version::NEWEST);
    }
}
