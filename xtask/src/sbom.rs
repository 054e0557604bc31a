//! `cargo xtask sbom`: what the programs that are delivered are made of, as `CycloneDX`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::cargo_tool::CargoTool;
use crate::{process, workspace};

/// Unoptimised, since it is run for seconds now and then.
const CYCLONEDX: CargoTool = CargoTool {
    name: "cargo-cyclonedx",
    version: "0.5.9",
    is_optimised: false,
    version_words: &["cyclonedx", "--version"],
};

/// What ends up in images, and what a person runs against them; where it runs.
const DELIVERED: [(&str, Option<&str>); 4] = [
    ("backend", None),
    ("frontend-wasm", Some("wasm32-unknown-unknown")),
    ("loadgen", None),
    ("verify", None),
];

/// The tool writes a file of this name beside the manifest of every member.
const IN_WORK: &str = "sbom-in-work";

/// Options of `cargo xtask sbom`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder for the files
    #[arg(long, value_name = "FOLDER", default_value = "target/sbom")]
    out: PathBuf,
}

/// Writes a file per program.
pub(crate) fn run(args: &Args) -> Result<()> {
    let tool = CYCLONEDX.program()?;
    let root = workspace::root();
    let out = root.join(&args.out);
    fs::create_dir_all(&out).with_context(|| format!("could not make {}", out.display()))?;
    for (name, target) in DELIVERED {
        let described = describe(&tool, &root, target);
        let text = fs::read_to_string(root.join(name).join(format!("{IN_WORK}.json")));
        clean(&root)?;
        described.with_context(|| format!("could not describe {name}"))?;
        let text = text.with_context(|| format!("the tool wrote nothing for {name}"))?;
        let count = components(&text)?;
        let file = out.join(format!("{name}.cdx.json"));
        fs::write(&file, text).with_context(|| format!("could not write {}", file.display()))?;
        println!("{}: {count} components", file.display());
    }
    Ok(())
}

fn describe(tool: &Path, root: &Path, target: Option<&str>) -> Result<()> {
    let mut command = Command::new(tool);
    command.current_dir(root).args(["cyclonedx", "--format", "json", "--spec-version", "1.5"]);
    command.args(["--override-filename", IN_WORK, "--quiet"]);
    if let Some(target) = target {
        command.args(["--target", target]);
    }
    process::capture(&mut command).map(drop)
}

/// Removes what the tool left beside the manifests.
fn clean(root: &Path) -> Result<()> {
    for entry in fs::read_dir(root).context("could not list the workspace")? {
        let file = entry.context("could not list the workspace")?.path().join(IN_WORK);
        let file = file.with_extension("json");
        if file.is_file() {
            fs::remove_file(file).context("could not remove the tool's file")?;
        }
    }
    Ok(())
}

/// How many components the text lists; none would mean that nothing was understood.
fn components(text: &str) -> Result<usize> {
    let bom: serde_json::Value = serde_json::from_str(text).context("the SBOM is not JSON")?;
    ensure!(bom["bomFormat"] == "CycloneDX", "the SBOM is not CycloneDX");
    let count = bom["components"].as_array().map_or(0, Vec::len);
    ensure!(count > 0, "the SBOM lists no component");
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lists_nothing_is_no_sbom() {
        assert_eq!(components(r#"{"bomFormat":"CycloneDX","components":[{}]}"#).unwrap(), 1);
        for bad in ["", "{}", r#"{"bomFormat":"CycloneDX","components":[]}"#] {
            assert!(components(bad).is_err(), "{bad}");
        }
    }
}
