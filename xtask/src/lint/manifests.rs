//! The rule for crates: each takes over the workspace's lints, `unsafe_code = "deny"`
//! among them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{process, workspace};

/// Crates of the workspace that go without its lints.
pub(crate) fn complaints() -> Result<Vec<String>> {
    let metadata =
        process::capture(process::cargo().args(["metadata", "--no-deps", "--format-version=1"]))?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata is not JSON")?;
    let packages = metadata["packages"].as_array().context("cargo names no packages")?;
    let mut complaints = Vec::new();
    for package in packages {
        let path = package["manifest_path"].as_str().context("a package has no manifest")?;
        let text = fs::read_to_string(path).with_context(|| format!("could not read {path}"))?;
        if !takes_over_lints(&text) {
            let path = Path::new(path);
            let name = path.strip_prefix(workspace::root()).unwrap_or(path).display();
            complaints.push(format!("{name}: add `[lints]` with `workspace = true`"));
        }
    }
    Ok(complaints)
}

fn takes_over_lints(manifest: &str) -> bool {
    let mut lines = manifest.lines().map(str::trim).skip_while(|line| *line != "[lints]").skip(1);
    lines.by_ref().take_while(|line| !line.starts_with('[')).any(|line| line == "workspace = true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lints_table_counts() {
        assert!(takes_over_lints("[package]\n\n[lints]\nworkspace = true\n"));
        assert!(!takes_over_lints("[package]\nworkspace = true\n"));
        assert!(!takes_over_lints("[lints]\n[dependencies]\nworkspace = true\n"));
        assert!(!takes_over_lints("[lints.rust]\nunsafe_code = \"deny\"\n"));
    }
}
