//! Rules for dashboards: one can read each panel, and each query can find something.

use std::collections::{BTreeMap, BTreeSet};

use super::layout;
use super::source::{Dashboard, Kind, Panel, Source};

const VARIABLES: [&str; 2] = ["service", "trace_id"];
/// Variables that Grafana has by itself.
const BUILT_IN: [&str; 1] = ["__rate_interval"];
const COLOURS: [&str; 4] = ["green", "yellow", "orange", "red"];
const UNITS: [&str; 12] = [
    "none",
    "short",
    "percent",
    "percentunit",
    "s",
    "ms",
    "bytes",
    "bps",
    "cps",
    "ops",
    "reqps",
    "bool",
];

/// What is wrong, with the place.
pub(super) fn complaints(dashboards: &BTreeMap<String, Dashboard>) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut titles = BTreeSet::new();
    for (uid, dashboard) in dashboards {
        let mut complain =
            |what: String| complaints.push(format!("grafana/source/{uid}.toml: {what}"));
        if !uid.starts_with("lab-") {
            complain("the uid does not begin with lab-".to_owned());
        }
        if !titles.insert(&dashboard.title) {
            complain(format!("another dashboard is called {:?} as well", dashboard.title));
        }
        if dashboard.about.is_empty() {
            complain("it does not say what it is for".to_owned());
        }
        for name in &dashboard.variables {
            if !VARIABLES.contains(&name.as_str()) {
                complain(format!("no variable is called {name}"));
            }
        }
        let mut top = 0;
        for row in &dashboard.rows {
            let (_, places, next) = layout::row(row, top);
            top = next;
            if places.iter().any(|place| place.x + place.width > 24 || place.width < 6) {
                complain(format!("{:?} does not fit", row.title));
            }
            for panel in &row.panels {
                for lack in lacks(panel, &dashboard.variables) {
                    complain(format!("{:?} {lack}", panel.title));
                }
            }
        }
    }
    complaints
}

fn lacks(panel: &Panel, variables: &[String]) -> Vec<String> {
    let mut lacks = Vec::new();
    if panel.title.is_empty() || panel.about.is_empty() {
        lacks.push("has no title or description".to_owned());
    }
    if !UNITS.contains(&panel.unit.as_str()) {
        lacks.push(format!("has the unit {:?}, which is not in use here", panel.unit));
    }
    if panel.queries.is_empty() {
        lacks.push("asks nothing".to_owned());
    }
    for (index, step) in panel.steps.iter().enumerate() {
        let (value, colour) = step
            .split_once(' ')
            .map_or((None, step.as_str()), |(value, colour)| (Some(value.parse::<f64>()), colour));
        let fits = if index == 0 { value.is_none() } else { matches!(value, Some(Ok(_))) };
        if !fits || !COLOURS.contains(&colour) {
            lacks.push(format!("has the step {step:?}"));
        }
    }
    for query in &panel.queries {
        let empty = query.expr.is_empty();
        if empty != (panel.kind == Kind::Graph) {
            lacks.push("has an empty query, or a graph one that is not".to_owned());
        }
        let named = matches!(panel.kind, Kind::Lines | Kind::Stat);
        if named && panel.source != Source::Tempo && query.legend.is_empty() {
            lacks.push(format!("does not say what the series of {} are called", query.expr));
        }
        for name in used_variables(&query.expr) {
            if !BUILT_IN.contains(&name) && !variables.iter().any(|known| known == name) {
                lacks.push(format!("uses ${name}, which the dashboard has not"));
            }
        }
        if query.expr.matches(['{', '(', '[']).count()
            != query.expr.matches(['}', ')', ']']).count()
        {
            lacks.push(format!("has unequal brackets in {}", query.expr));
        }
    }
    lacks
}

/// The names behind dollars.
fn used_variables(expression: &str) -> impl Iterator<Item = &str> {
    expression.split('$').skip(1).map(|rest| {
        let rest = rest.trim_start_matches('{');
        let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
        &rest[..rest.find(|character| !is_name(character)).unwrap_or(rest.len())]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints_of(panel: &str) -> Vec<String> {
        let text = format!(
            "title = \"t\"\nfolder = \"f\"\nabout = \"a\"\n[[rows]]\ntitle = \"r\"\n\
             [[rows.panels]]\ntitle = \"p\"\n{panel}"
        );
        let dashboard: Dashboard = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
        complaints(&BTreeMap::from([("lab-x".to_owned(), dashboard)]))
    }

    #[test]
    fn a_good_panel_has_nothing_to_complain_about() {
        let good = "about = \"a\"\nunit = \"s\"\nsteps = [\"green\", \"0.5 red\"]\n\
                    queries = [{ expr = \"up\", legend = \"{{job}}\" }]";
        assert_eq!(complaints_of(good), Vec::<String>::new());
    }

    #[test]
    fn what_is_missing_is_said() {
        for (panel, complaint) in [
            (
                "about = \"\"\nunit = \"s\"\nqueries = [{ expr = \"up\", legend = \"a\" }]",
                "description",
            ),
            (
                "about = \"a\"\nunit = \"furlong\"\nqueries = [{ expr = \"up\", legend = \"a\" }]",
                "furlong",
            ),
            ("about = \"a\"\nunit = \"s\"\nqueries = []", "asks nothing"),
            ("about = \"a\"\nunit = \"s\"\nqueries = [{ expr = \"up\" }]", "called"),
            (
                "about = \"a\"\nunit = \"s\"\nqueries = [{ expr = \"up{a='$b'}\", legend = \"a\" }]",
                "$b",
            ),
            (
                "about = \"a\"\nunit = \"s\"\nsteps = [\"1 red\"]\nqueries = [{ expr = \"up\", legend = \"a\" }]",
                "1 red",
            ),
        ] {
            let complaints = complaints_of(panel);
            assert!(complaints.iter().any(|found| found.contains(complaint)), "{complaints:?}");
        }
    }
}
