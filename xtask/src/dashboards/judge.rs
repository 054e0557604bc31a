//! Rules for dashboards: one can read each panel, and each query can find something.

use std::collections::{BTreeMap, BTreeSet};

use super::known::Known;
use super::source::{Dashboard, Kind, Panel, Source};
use super::{labels, layout};

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
/// How much there is says how much is asked for; what of it is too much is another panel's or
/// an alert's to say. Durations, shares and ratios are good or bad by themselves.
const AMOUNTS: [&str; 6] = ["short", "bytes", "bps", "cps", "ops", "reqps"];
/// What a link calls a label of the line that was clicked.
const LABEL: &str = "${__field.labels.";

/// What is wrong, with the place.
pub(super) fn complaints(dashboards: &BTreeMap<String, Dashboard>, known: &Known) -> Vec<String> {
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
        let mut panels = BTreeSet::new();
        for row in &dashboard.rows {
            let (_, places, next) = layout::row(row, top);
            top = next;
            if places.iter().any(|place| place.x + place.width > 24 || place.width < 6) {
                complain(format!("{:?} does not fit", row.title));
            }
            for panel in &row.panels {
                if !panels.insert(&panel.title) {
                    complain(format!("two panels are called {:?}", panel.title));
                }
                let mut lacks = lacks(panel, &dashboard.variables);
                lacks.extend(strangers(panel, known));
                for lack in lacks {
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
    if panel.steps.is_empty() && needs_steps(panel) {
        lacks.push("does not say from where on a value is bad".to_owned());
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

/// Lines and single numbers, unless lines show an amount. Log lines, traces, tables and the
/// service graph have no number to judge.
fn needs_steps(panel: &Panel) -> bool {
    match panel.kind {
        Kind::Stat => true,
        Kind::Lines => !AMOUNTS.contains(&panel.unit.as_str()),
        Kind::Table | Kind::Logs | Kind::Traces | Kind::Graph => false,
    }
}

/// What queries and links name and nobody has.
fn strangers(panel: &Panel, known: &Known) -> Vec<String> {
    let mut strangers = Vec::new();
    for query in &panel.queries {
        strangers.extend(labels::unknown(known, panel.source, &query.expr, &query.legend));
    }
    if let Some(query) = &panel.traces {
        strangers.extend(labels::unknown(known, Source::Tempo, query, ""));
        for label in query.split(LABEL).skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)) {
            let legend = format!("{{{{{label}}}}}");
            if !panel.queries.iter().all(|query| query.legend.contains(&legend)) {
                strangers.push(format!("has lines without the label {label} of its link"));
            }
        }
        if panel.kind != Kind::Lines {
            strangers.push("leads from lines to traces and has no lines".to_owned());
        }
    }
    strangers
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
        let known = Known::read(
            "`url.path`\n\n### Instruments\n\n| n | t | l |\n|---|---|---|\n| `a` | gauge | `b` |\n",
        );
        complaints(&BTreeMap::from([("lab-x".to_owned(), dashboard)]), &known)
    }

    #[test]
    fn a_good_panel_has_nothing_to_complain_about() {
        let good = "about = \"a\"\nunit = \"s\"\nsteps = [\"green\", \"0.5 red\"]\n\
                    queries = [{ expr = \"up\", legend = \"{{job}}\" }]";
        assert_eq!(complaints_of(good), Vec::<String>::new());
    }

    #[test]
    fn amounts_and_lists_may_be_without_thresholds() {
        let amount =
            "about = \"a\"\nunit = \"reqps\"\nqueries = [{ expr = \"up\", legend = \"a\" }]";
        assert_eq!(complaints_of(amount), Vec::<String>::new());
        assert_eq!(complaints_of(&format!("kind = \"stat\"\n{amount}")).len(), 1);
        let list = "kind = \"traces\"\nsource = \"tempo\"\nabout = \"a\"\nunit = \"none\"\n\
                    queries = [{ expr = \"{status=error}\" }]";
        assert_eq!(complaints_of(list), Vec::<String>::new());
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
                "about = \"a\"\nunit = \"s\"\nqueries = [{ expr = \"up\", legend = \"a\" }]",
                "from where on a value is bad",
            ),
            (
                "about = \"a\"\nunit = \"short\"\nqueries = [{ expr = \"a{c='d'}\", legend = \"a\" }]",
                "a has no label c",
            ),
            (
                "about = \"a\"\nunit = \"short\"\ntraces = '{span.url.path=\"${__field.labels.b}\"}'\n\
                 queries = [{ expr = \"a\", legend = \"x\" }]",
                "without the label b of its link",
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
