//! The `Jenkinsfile`: linted, run through its ways to end, and its calls judged by the
//! command line that takes them.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Parser;

use super::groovy;
use crate::{npm, process, workspace};

/// 16 is the last for Node 20, which Debian 13 has.
const LINTER: [&str; 1] = ["npm-groovy-lint@16.2.0"];
const LINTER_NODE: u32 = 20;

/// Commands that this program passes on, and the exit code of what is not understood there.
const PASSED_ON: [&str; 3] = ["deploy", "rollback", "verify-host"];
const NOT_UNDERSTOOD: i32 = 2;

/// The Jenkinsfile's language, as far as it is used, in Groovy.
const CLASSES: [&str; 3] = ["Declarative.groovy", "PipelineSpec.groovy", "Steps.groovy"];

pub(super) fn check() -> Result<()> {
    let root = workspace::root();
    let source = root.join("jenkins/test");
    let folder = workspace::target().join("pipeline");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("could not remove the last run's folder")?;
    }
    let classes = folder.join("classes");
    fs::create_dir_all(&classes).context("could not make a folder")?;

    let library = groovy::library()?;
    let sources: Vec<_> = CLASSES.iter().map(|name| source.join(name)).collect();
    groovy::compile(&library, &sources, &classes)?;
    let mut run = groovy::script(&library, &classes, &source.join("run.groovy"))?;
    process::run(run.arg(root.join("Jenkinsfile")).arg(&folder))?;
    let calls = fs::read_to_string(folder.join("calls")).context("the pipeline called nothing")?;
    let not_called = understood(&calls)?;
    ensure!(not_called.is_empty(), "the pipeline never called {}", not_called.join(", "));
    let read = |name: &str| {
        fs::read_to_string(root.join(name)).with_context(|| format!("could not read {name}"))
    };
    offered(&read("Jenkinsfile")?, &read("jenkins/controller/casc.yaml")?)?;
    lint(&root)
}

/// The controller of `jenkins/` has every credential and every parameter of the pipeline.
fn offered(pipeline: &str, controller: &str) -> Result<()> {
    let quoted = |after: &str| {
        let after = after.to_owned();
        pipeline.split(after.as_str()).skip(1).filter_map(|rest| rest.split('\'').next()).collect()
    };
    let ids: Vec<&str> = quoted("credentialsId: '");
    let names: Vec<&str> = quoted("(name: '");
    ensure!(!ids.is_empty() && !names.is_empty(), "the pipeline has no credentials or parameters");
    for id in ids {
        ensure!(controller.contains(&format!("id: {id}\n")), "casc.yaml lacks credentials {id}");
    }
    for name in names {
        ensure!(controller.contains(&format!("Param('{name}', ")), "casc.yaml lacks {name}");
    }
    Ok(())
}

/// Takes the calls apart as `cargo xtask` would: no option is misspelt, none is missing.
/// The commands of [`PASSED_ON`] that are not among them.
fn understood(calls: &str) -> Result<Vec<&'static str>> {
    let mut count = 0;
    let mut not_called = PASSED_ON.to_vec();
    for call in calls.lines() {
        // Before the arguments stands what the call saw of the key.
        let Some(("xtask", arguments)) =
            call.split_once('\t').and_then(|(_, arguments)| arguments.split_once('\t'))
        else {
            continue;
        };
        let words: Vec<_> = arguments.split('\t').collect();
        let spoken = || format!("cargo xtask {}", words.join(" "));
        if PASSED_ON.contains(&words[0]) {
            // The host's name leads nowhere (RFC 6761): nothing comes of it.
            let output = process::output(process::member("deploy").args(&words))?;
            let said = String::from_utf8_lossy(&output.stderr);
            ensure!(output.status.code() != Some(NOT_UNDERSTOOD), "{}: {said}", spoken());
            not_called.retain(|command| *command != words[0]);
        } else {
            crate::Command::try_parse_from(std::iter::once("xtask").chain(words.iter().copied()))
                .with_context(spoken)?;
        }
        count += 1;
    }
    ensure!(count > 0, "no call of xtask was noted");
    println!("{count} calls are as xtask wants them");
    Ok(not_called)
}

fn lint(root: &Path) -> Result<()> {
    let node = process::capture(Command::new("node").arg("--version"))?;
    if major(&node).is_none_or(|found| found < LINTER_NODE) {
        println!("the linter: left out, it wants Node {LINTER_NODE}, here is {}", node.trim());
        return Ok(());
    }
    let modules = npm::packages("groovy-lint", &LINTER)?;
    let mut linter = Command::new(modules.join(".bin/npm-groovy-lint"));
    // Its server would stay behind; without one each file starts Java anew.
    linter.args(["--noserver", "--failon", "info", "--loglevel", "info", "--config"]);
    linter.arg(root.join("jenkins/test/groovylint.json"));
    process::run(linter.current_dir(root).arg("Jenkinsfile"))
}

/// From `v20.19.2`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_s_version_is_read() {
        assert_eq!(major("v20.19.2\n"), Some(20));
        assert_eq!(major("20"), None);
    }

    #[test]
    fn what_the_controller_lacks_is_named() {
        let pipeline = "string(name: 'A', x) file(credentialsId: 'key', variable: 'K')";
        offered(pipeline, "id: key\nstringParam('A', 1)").unwrap();
        let lacks = |controller: &str| offered(pipeline, controller).unwrap_err().to_string();
        assert_eq!(lacks("id: key\nstringParam('B', 1)"), "casc.yaml lacks A");
        assert_eq!(lacks("id: keys\nstringParam('A', 1)"), "casc.yaml lacks credentials key");
    }

    #[test]
    fn a_call_that_xtask_would_refuse_is_named() {
        let calls = "none\txtask\tlint\nhere\trun\t--anything\n";
        assert_eq!(understood(calls).unwrap(), PASSED_ON);
        let error = understood("none\txtask\ttest\t--junt\tx\n").unwrap_err();
        assert!(error.to_string().contains("cargo xtask test --junt x"), "{error:#}");
        assert!(understood("none\trun\n").is_err());
    }
}
