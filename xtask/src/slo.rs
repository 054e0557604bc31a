//! `cargo xtask slo`: Prometheus rules from the objectives that
//! `compose/prometheus/slo/slos.toml` defines (docs/adr/0012).

mod alerts;
mod definition;
mod duration;
mod recordings;

use std::fs;

use anyhow::{Context, Result};

use crate::generated::Generated;
use crate::workspace;
use definition::{Definition, Set, Slo};

const FOLDER: &str = "compose/prometheus/slo";
/// The file that a person edits.
const DEFINITION: &str = "slos.toml";

/// Writes the rule files.
pub(crate) fn run() -> Result<()> {
    generated()?.write()
}

/// Rule files that are not what the definition says.
pub(crate) fn complaints() -> Result<Vec<String>> {
    Ok(generated()?.complaints())
}

fn generated() -> Result<Generated> {
    let file = workspace::root().join(FOLDER).join(DEFINITION);
    let text =
        fs::read_to_string(&file).with_context(|| format!("could not read {}", file.display()))?;
    let definition = Definition::parse(&text).with_context(|| format!("in {DEFINITION}"))?;
    let files = rule_files(&definition);
    Ok(Generated { folder: FOLDER, command: "cargo xtask slo", files })
}

fn rule_files(definition: &Definition) -> Vec<(String, String)> {
    let pairs = definition.sets.iter().flat_map(|set| {
        definition
            .slos
            .iter()
            .map(move |slo| (format!("{}/{}.yml", set.name, slo.name), rules(definition, set, slo)))
    });
    pairs.collect()
}

fn rules(definition: &Definition, set: &Set, slo: &Slo) -> String {
    let recordings = recordings::groups(definition, set, slo);
    let alerts = alerts::group(definition, set, slo);
    format!(
        "# Made from {DEFINITION} by `cargo xtask slo`; a lint compares the two.\n\
         # {}.\n\
         groups:\n{recordings}{alerts}",
        slo.description
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_rules_are_the_generated_ones() {
        assert_eq!(complaints().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn the_demo_differs_from_production_in_times_alone() {
        let files = generated().unwrap().files;
        let lines = |wanted: &str| {
            let (_, text) = files.iter().find(|(name, _)| name == wanted).unwrap();
            text.lines().map(blank_times).collect::<Vec<_>>()
        };
        for slo in ["availability", "latency"] {
            let production = lines(&format!("production/{slo}.yml"));
            let demo = lines(&format!("demo/{slo}.yml"));
            assert_eq!(production.len(), demo.len());
            let differences: Vec<_> = production
                .iter()
                .zip(&demo)
                .filter(|(production, demo)| production != demo)
                .map(|(production, demo)| (production.trim(), demo.trim()))
                .collect();
            assert_eq!(
                differences,
                [("vector(30)", "vector(2)"), ("sloth_mode: production", "sloth_mode: demo")]
            );
        }
    }

    /// The line without its durations, `[5m]` for one; names keep theirs.
    fn blank_times(line: &str) -> String {
        let mut words = Vec::new();
        for word in line.split_inclusive([' ', '[', ']', '"', ',']) {
            let bare = word.trim_end_matches([' ', '[', ']', '"', ',', '.']);
            let is_time = duration::parse(bare).is_some();
            words.push(if is_time { word.replace(bare, "T") } else { word.to_owned() });
        }
        words.concat()
    }
}
