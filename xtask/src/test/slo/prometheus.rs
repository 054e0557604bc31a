//! promtool on the scrape configuration, the rules and their tests.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::tools::Tools;
use crate::{process, workspace};

pub(super) fn check(tools: &Tools) -> Result<()> {
    let source = workspace::root().join("compose/prometheus");
    let mut rules = files(&source.join("rules"))?;
    for set in ["production", "demo"] {
        let folder = assemble(&source, set)?;
        let mut config = tools.promtool();
        process::capture(config.args(["check", "config", "prometheus.yml"]).current_dir(&folder))?;
        rules.extend(files(&source.join("slo").join(set))?);
    }
    let mut check = tools.promtool();
    process::capture(check.args(["check", "rules", "--lint=all", "--lint-fatal"]).args(rules))?;

    let tests = files(&source.join("tests"))?;
    let mut test = tools.promtool();
    // Prints what was expected and what came; that is the reason.
    process::run(test.args(["test", "rules"]).args(tests).stdout(std::process::Stdio::null()))
}

/// Prometheus' folder as the compose stack mounts it.
fn assemble(source: &Path, set: &str) -> Result<PathBuf> {
    let folder = workspace::target().join("slo-check").join(set);
    if folder.exists() {
        fs::remove_dir_all(&folder).context("could not remove the last run's folder")?;
    }
    fs::create_dir_all(&folder).context("could not make a folder")?;
    fs::copy(source.join("prometheus.yml"), folder.join("prometheus.yml"))
        .context("could not copy prometheus.yml")?;
    let slo = format!("slo/{set}");
    for (from, to) in [("rules", "rules"), ("targets", "targets"), (slo.as_str(), "slo")] {
        let to = folder.join(to);
        fs::create_dir(&to).context("could not make a folder")?;
        for file in files(&source.join(from))? {
            let name = file.file_name().context("a file has no name")?;
            fs::copy(&file, to.join(name)).context("could not copy a file")?;
        }
    }
    Ok(folder)
}

/// The YAML files of a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let context = || format!("could not list {}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(context)? {
        let path = entry.with_context(context)?.path();
        if path.extension().is_some_and(|extension| extension == "yml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
