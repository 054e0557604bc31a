//! The rules for alerts: each says what is wrong, how urgent it is, where to look and what
//! to do, and has a runbook.
//!
//! Read line by line, as the files are laid out; Prometheus' own tools judge the YAML.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace;

const FOLDERS: [&str; 3] = ["rules", "slo/production", "slo/demo"];
const SEVERITIES: [&str; 3] = ["page", "ticket", "info"];
const SECTIONS: [&str; 4] = ["## Meaning", "## Impact", "## Diagnosis", "## Mitigation"];

/// Alerts that lack something, and runbooks without an alert.
pub(crate) fn complaints() -> Result<Vec<String>> {
    let root = workspace::root();
    let runbooks = root.join("docs/runbooks");
    let (mut complaints, mut known) = (Vec::new(), BTreeSet::new());
    for folder in FOLDERS {
        for (file, text) in texts(&root.join("compose/prometheus").join(folder), "yml")? {
            for (name, block) in alerts(&text) {
                let place = format!("compose/prometheus/{folder}/{file}: {name}");
                complaints.extend(judge(name, block).map(|lack| format!("{place} {lack}")));
                known.insert(name.to_owned());
            }
        }
    }
    for name in &known {
        match fs::read_to_string(runbooks.join(format!("{name}.md"))) {
            Ok(text) => complaints.extend(
                SECTIONS
                    .iter()
                    .filter(|section| !text.lines().any(|line| line == **section))
                    .map(|section| format!("docs/runbooks/{name}.md: no {section}")),
            ),
            Err(_) => complaints.push(format!("docs/runbooks/{name}.md is missing")),
        }
    }
    for (file, _) in texts(&runbooks, "md")? {
        if !known.contains(file.trim_end_matches(".md")) {
            complaints.push(format!("docs/runbooks/{file}: there is no such alert"));
        }
    }
    Ok(complaints)
}

/// Names and contents of a folder's files.
fn texts(folder: &Path, extension: &str) -> Result<Vec<(String, String)>> {
    let context = || format!("could not read {}", folder.display());
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).with_context(context)? {
        let path = entry.with_context(context)?.path();
        if path.extension().is_some_and(|found| found == extension) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            texts.push((name, fs::read_to_string(&path).with_context(context)?));
        }
    }
    texts.sort();
    Ok(texts)
}

/// Each alert's name with the text up to the next rule.
fn alerts(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("      - ")
        .filter_map(|rule| rule.strip_prefix("alert: "))
        .map(|rule| rule.split_once('\n').unwrap_or((rule, "")))
}

fn judge(name: &str, block: &str) -> impl Iterator<Item = String> {
    let value = |key: &str| {
        let start = format!("{key}: ");
        block.lines().find_map(|line| line.trim_start().strip_prefix(start.as_str()))
    };
    let runbook = format!("'{{{{ $externalLabels.docs_url }}}}docs/runbooks/{name}.md'");
    let checks = [
        (value("severity").is_some_and(|found| SEVERITIES.contains(&found)), "severity"),
        (value("service").is_some(), "service"),
        (value("summary").is_some(), "summary"),
        (value("description").is_some(), "description"),
        (value("runbook_url") == Some(runbook.as_str()), "runbook_url of its own"),
        (
            value("dashboard_url")
                .is_some_and(|url| url.starts_with("'{{ $externalLabels.grafana_url }}/d/")),
            "dashboard_url",
        ),
    ];
    checks.into_iter().filter(|(is_there, _)| !is_there).map(|(_, what)| format!("has no {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "groups:\n  - name: g\n    rules:\n      - record: r\n        expr: 1\n\
        \x20     - alert: A\n        expr: up == 0\n        labels:\n          severity: page\n\
        \x20         service: s\n        annotations:\n          summary: a\n          description: >-\n\
        \x20           b\n          runbook_url: '{{ $externalLabels.docs_url }}docs/runbooks/A.md'\n\
        \x20         dashboard_url: '{{ $externalLabels.grafana_url }}/d/x'\n";

    fn judged(text: &str) -> Vec<String> {
        alerts(text).flat_map(|(name, block)| judge(name, block)).collect()
    }

    #[test]
    fn a_whole_alert_is_accepted() {
        assert_eq!(alerts(GOOD).map(|(name, _)| name).collect::<Vec<_>>(), ["A"]);
        assert_eq!(judged(GOOD), Vec::<String>::new());
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(judged(&GOOD.replace("severity: page", "severity: loud")), ["has no severity"]);
        assert_eq!(
            judged(&GOOD.replace("books/A.md", "books/B.md")),
            ["has no runbook_url of its own"]
        );
        assert_eq!(judged(&GOOD.replace("summary: ", "title: ")), ["has no summary"]);
        assert_eq!(judged(&GOOD.replace("_url }}/d/x", "_url }}/x")), ["has no dashboard_url"]);
    }
}
