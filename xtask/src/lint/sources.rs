//! Rules for sources: none too long, no unexplained exception from a lint.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::workspace;

/// Longer files hold more than one subject.
const MAX_LINES: usize = 400;

/// The directory without sources of ours, besides the hidden ones.
const SKIPPED: &str = "target";

/// What is wrong with the workspace's files of Rust and JavaScript.
pub(crate) fn complaints() -> Result<Vec<String>> {
    let root = workspace::root();
    let mut files = Vec::new();
    collect_sources(&root, &mut files)?;
    files.sort();

    let mut complaints = Vec::new();
    for file in files {
        let name = file.strip_prefix(&root).unwrap_or(&file).display().to_string();
        let text = fs::read_to_string(&file).with_context(|| format!("could not read {name}"))?;
        complaints.extend(judge(&name, &text));
    }
    Ok(complaints)
}

/// Walks the directories rather than ask git, which a build image may lack.
fn collect_sources(directory: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let context = || format!("could not list {}", directory.display());
    for entry in fs::read_dir(directory).with_context(context)? {
        let entry = entry.with_context(context)?;
        let (name, path) = (entry.file_name(), entry.path());
        let name = name.to_string_lossy();
        if entry.file_type().with_context(context)?.is_dir() {
            if !name.starts_with('.') && name != SKIPPED {
                collect_sources(&path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "js") {
            files.push(path);
        }
    }
    Ok(())
}

fn judge(name: &str, text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    let lines = program_lines(name, text);
    if lines > MAX_LINES {
        complaints
            .push(format!("{name}: {lines} lines, {MAX_LINES} are allowed; split by subject"));
    }
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start();
        if line.starts_with("#[allow(") || line.starts_with("#![allow(") {
            complaints.push(format!("{name}:{}: write #[expect(…, reason = \"…\")]", index + 1));
        }
    }
    complaints
}

/// The lines that are not tests.
fn program_lines(name: &str, text: &str) -> usize {
    let is_test = |part: &str| part == "tests" || part == "tests.rs";
    let parts = Path::new(name).iter().filter_map(|part| part.to_str());
    if parts.into_iter().any(is_test) {
        return 0;
    }
    text.lines().take_while(|line| *line != "#[cfg(test)]").count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_named_with_its_length() {
        let complaints = judge("backend/src/app.rs", &"x\n".repeat(401));
        assert_eq!(
            complaints,
            ["backend/src/app.rs: 401 lines, 400 are allowed; split by subject"]
        );
        assert!(judge("backend/src/app.rs", &"x\n".repeat(400)).is_empty());
    }

    #[test]
    fn tests_may_be_long() {
        let long = "x\n".repeat(500);
        assert!(judge("backend/tests/api/tasks.rs", &long).is_empty());
        assert!(judge("backend/src/store/tests.rs", &long).is_empty());
        assert!(judge("backend/src/app.rs", &format!("x\n#[cfg(test)]\n{long}")).is_empty());
    }

    #[test]
    fn a_bare_allow_is_named_with_its_line() {
        let complaints = judge("src/a.rs", "fn f() {}\n    #[allow(dead_code)]\n");
        assert_eq!(complaints, ["src/a.rs:2: write #[expect(…, reason = \"…\")]"]);
        assert_eq!(judge("src/a.rs", "#![allow(dead_code)]\n").len(), 1);
        assert!(judge("src/a.rs", "let text = \"#[allow(\";\n").is_empty());
    }
}
