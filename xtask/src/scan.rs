//! `cargo xtask scan`: known weaknesses in what is delivered.

mod secrets;

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::steps::{self, Step};
use crate::{images, lint, process, workspace};

/// Options of `cargo xtask scan`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Scan the lab's images with this tag, too
    #[arg(long, value_name = "TAG", value_parser = images::tag)]
    images: Option<String>,
}

/// What makes a build fail: what is serious and has a cure.
const SERIOUS: [&str; 6] =
    ["--exit-code", "1", "--severity", "HIGH,CRITICAL", "--ignore-unfixed", "--no-progress"];

/// Judges dependencies and, where the programs for them are installed, secrets, files and
/// images. What is left out is said.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut steps = vec![
        Step::new("dependencies", lint::dependencies),
        Step::new("advisories", lint::advisories),
    ];
    match process::find_program(secrets::PROGRAM) {
        None => println!("secrets: left out, detect-secrets is not here"),
        Some(hook) => steps.push(Step::new("secrets", move || secrets::check(&hook))),
    }
    match process::find_program("trivy") {
        None => println!("files and images: left out, trivy is not here"),
        Some(trivy) => {
            steps.push(Step::new("files", {
                let trivy = trivy.clone();
                move || process::run(&mut files(&trivy))
            }));
            if let Some(tag) = args.images.clone() {
                steps.push(Step::new("images", move || {
                    let names = images::our_names(&tag)?;
                    names.iter().try_for_each(|name| process::run(&mut image(&trivy, name)))
                }));
            }
        }
    }
    steps::run(steps)
}

fn files(trivy: &Path) -> Command {
    let mut command = Command::new(trivy);
    command.current_dir(workspace::root()).arg("filesystem").args(SERIOUS);
    command.args(["--scanners", "vuln,secret,misconfig", "--skip-dirs", "target", "."]);
    command
}

fn image(trivy: &Path, name: &str) -> Command {
    let mut command = Command::new(trivy);
    command.arg("image").args(SERIOUS).args(["--scanners", "vuln,secret", "--", name]);
    command
}
