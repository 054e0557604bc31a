//! `cargo xtask lint`: everything that can be judged without running the lab.

mod alerts;
mod dependencies;
mod manifests;
mod migrations;
mod sources;

use anyhow::{Result, bail};

use crate::steps::{self, Step};
use crate::{dashboards, process, slo};

/// Runs all checks and stops at the first that fails.
pub(crate) fn run() -> Result<()> {
    steps::run(checks())
}

/// The checks, cheapest first.
pub(crate) fn checks() -> Vec<Step> {
    vec![
        Step::new("repository rules", repository),
        Step::new("dependencies", dependencies::check),
        Step::new("policies", policies),
        Step::new("format", || cargo(&["fmt", "--all", "--check"])),
        Step::new("clippy", || {
            cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])
        }),
        Step::new("documentation", documentation),
    ]
}

/// What may be in the dependency tree, by itself.
pub(crate) fn dependencies() -> Result<()> {
    dependencies::check()
}

/// What is known of the weaknesses of dependencies.
pub(crate) fn advisories() -> Result<()> {
    dependencies::advisories()
}

/// What compose files and Dockerfiles may say.
pub(crate) fn policies() -> Result<()> {
    process::run(&mut process::member("policies"))
}

fn cargo(arguments: &[&str]) -> Result<()> {
    process::run(process::cargo().args(arguments))
}

fn documentation() -> Result<()> {
    let mut cargo = process::cargo();
    cargo.args(["doc", "--workspace", "--no-deps", "--locked", "--document-private-items"]);
    process::run(cargo.env("RUSTDOCFLAGS", "-D warnings"))
}

/// The rules of this repository that no other tool knows.
fn repository() -> Result<()> {
    let mut complaints = sources::complaints()?;
    complaints.extend(migrations::complaints()?);
    complaints.extend(manifests::complaints()?);
    complaints.extend(slo::complaints()?);
    complaints.extend(dashboards::complaints()?);
    complaints.extend(alerts::complaints()?);
    if !complaints.is_empty() {
        bail!("{}", complaints.join("\n       "));
    }
    Ok(())
}
