//! `cargo xtask images`: all of the stack's images, ours built here and the others fetched, as
//! one archive: what is deployed from it needs no way out.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{process, workspace};

/// What the names of the lab's own images begin with.
const OURS: &str = "observability-lab/";

/// Options of `cargo xtask images`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The images' tag
    #[arg(long, value_parser = tag)]
    tag: String,
    /// Where they are saved
    #[arg(long, value_name = "FILE")]
    archive: PathBuf,
    /// End well where there is no engine, without an archive
    #[arg(long)]
    optional: bool,
}

/// Builds and saves them.
pub(crate) fn run(args: &Args) -> Result<()> {
    if let Err(error) = process::capture(Command::new("docker").arg("info")) {
        if args.optional {
            println!("no images: there is no engine here ({error:#})");
            return Ok(());
        }
        return Err(error).context("images need Docker");
    }
    process::run(compose(&args.tag).arg("build"))?;
    process::run(compose(&args.tag).args(["pull", "--ignore-buildable", "--quiet"]))?;
    if let Some(folder) = args.archive.parent() {
        fs::create_dir_all(folder).context("could not make the archive's folder")?;
    }
    // A name of its own until it is whole: what was cut off is never deployed.
    let partial = args.archive.with_extension("partial");
    let mut save = Command::new("docker");
    save.current_dir(workspace::root()).args(["save", "--output"]).arg(&partial);
    process::run(save.args(names(&args.tag)?))?;
    fs::rename(&partial, &args.archive).context("could not name the archive")?;
    println!("saved as {}", args.archive.display());
    Ok(())
}

/// The names of all images, ours with this tag, as `compose.yaml` has them.
fn names(tag: &str) -> Result<Vec<String>> {
    let listed = process::capture(compose(tag).args(["config", "--images"]))?;
    let mut names: Vec<_> = listed.lines().map(|name| name.trim().to_owned()).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// The names of those that this repository builds.
pub(crate) fn our_names(tag: &str) -> Result<Vec<String>> {
    let names = ours(names(tag)?);
    if names.is_empty() {
        bail!("compose.yaml names no image of ours");
    }
    Ok(names)
}

fn compose(tag: &str) -> Command {
    let mut docker = Command::new("docker");
    docker.current_dir(workspace::root()).env("LAB_VERSION", tag);
    docker.args(["compose", "--profile", "*"]);
    docker
}

fn ours(names: Vec<String>) -> Vec<String> {
    names.into_iter().filter(|name| name.starts_with(OURS)).collect()
}

/// The specification's: 128 characters, the first a letter, a digit or `_`.
pub(crate) fn tag(text: &str) -> Result<String> {
    let is_first = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let is_next = |letter: char| is_first(letter) || letter == '.' || letter == '-';
    if text.len() > 128 || !text.starts_with(is_first) || !text.chars().all(is_next) {
        bail!("must be letters, digits, `_`, `.` and `-`, at most 128");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_images_are_told_apart() {
        let names = ["observability-lab/backend:7", "postgres:18.4", "x/observability-lab/y"];
        assert_eq!(ours(names.map(str::to_owned).to_vec()), ["observability-lab/backend:7"]);
    }

    #[test]
    fn images_say_this_version_unless_they_are_told_another() {
        let version = env!("CARGO_PKG_VERSION");
        for (file, default) in [
            ("compose.yaml", format!("LAB_VERSION: ${{LAB_VERSION:-{version}}}")),
            ("Dockerfile", format!("ARG LAB_VERSION={version}")),
            ("compose/otel-collector/Dockerfile", format!("ARG LAB_VERSION={version}")),
        ] {
            let text = fs::read_to_string(workspace::root().join(file)).unwrap();
            let defaults = text.lines().map(str::trim).filter(|line| {
                line.starts_with("LAB_VERSION:") || line.starts_with("ARG LAB_VERSION")
            });
            let defaults: Vec<_> = defaults.collect();
            assert!(!defaults.is_empty(), "{file}");
            assert!(defaults.iter().all(|line| *line == default), "{file}: {defaults:?}");
        }
    }

    #[test]
    fn tags_are_the_specification_s() {
        assert_eq!(tag("7-c0ffee.1_x").unwrap(), "7-c0ffee.1_x");
        for bad in ["", "-x", ".x", "a b", "a:b", "a/b", "ü", &"x".repeat(129)] {
            assert!(tag(bad).is_err(), "{bad}");
        }
    }
}
