//! Every query of every dashboard.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Stack, exceptions, metrics};
use crate::http::Failure;
use crate::need::Need;
use crate::report::Report;
use crate::urls::with_query;

/// What stands for Grafana's variables.
const VARIABLES: [(&str, &str); 2] = [("$service", ".+"), ("$trace_id", "")];

/// A dashboard's file.
#[derive(Debug)]
struct Dashboard {
    uid: String,
    content: Value,
}

/// What one dashboard's queries found.
#[derive(Debug, Default)]
struct Found {
    asked: usize,
    /// The panels with a query that found nothing.
    empty: Vec<String>,
}

/// Each runs without an error. `is_fed` says that there was traffic: then each finds
/// something, unless its panel is excused.
pub(crate) async fn check(stack: &Stack<'_>, is_fed: bool, report: &mut Report) {
    let folder = &stack.config.dashboards;
    let dashboards = match read(Path::new(folder)) {
        Ok(dashboards) if !dashboards.is_empty() => dashboards,
        Ok(_) => {
            report.leave_out("dashboards", "every query runs", &format!("none in {folder}"));
            return;
        }
        Err(why) => {
            report.leave_out("dashboards", "every query runs", &why);
            return;
        }
    };
    for dashboard in dashboards {
        let step = format!("the queries of {} run", dashboard.uid);
        let expected = if is_fed { "each finds something" } else { "without an error" };
        let needs: Vec<_> = dashboard.needs().into_iter().collect();
        let work = async { ask_all(stack, &dashboard).await?.verdict(&dashboard.uid, is_fed) };
        report.check(&step, expected, &needs, work).await;
    }
}

impl Dashboard {
    /// Its queries with the titles of their panels.
    fn queries(&self) -> impl Iterator<Item = (&str, &Value)> {
        let panels = self.content["panels"].as_array().into_iter().flatten();
        panels.flat_map(|panel| {
            let title = panel["title"].as_str().unwrap_or_default();
            panel["targets"].as_array().into_iter().flatten().map(move |target| (title, target))
        })
    }

    /// The stores that it asks.
    fn needs(&self) -> BTreeSet<Need> {
        self.queries().map(|(_, target)| source(target)).collect()
    }
}

impl Found {
    fn verdict(self, uid: &str, is_fed: bool) -> Result<String, Failure> {
        let Self { asked, empty } = self;
        let is_excused = |title: &String| exceptions::excuses_panel(uid, title);
        let (excused, wrong): (Vec<_>, Vec<_>) =
            empty.into_iter().partition(|title| !is_fed || is_excused(title));
        if !wrong.is_empty() {
            return Err(format!("nothing in {}", wrong.join(", ")));
        }
        Ok(match excused.len() {
            0 => format!("all {asked} find something"),
            few => format!("{} of {asked} find something", asked - few),
        })
    }
}

/// The JSON files below a folder.
fn read(folder: &Path) -> Result<Vec<Dashboard>, String> {
    let explain = |error: &dyn std::fmt::Display| format!("{}: {error}", folder.display());
    let mut dashboards = Vec::new();
    for file in files(folder).map_err(|error| explain(&error))? {
        let text = fs::read_to_string(&file).map_err(|error| explain(&error))?;
        let content = serde_json::from_str(&text).map_err(|error| explain(&error))?;
        let uid = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        dashboards.push(Dashboard { uid, content });
    }
    Ok(dashboards)
}

fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(self::files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

async fn ask_all(stack: &Stack<'_>, dashboard: &Dashboard) -> Result<Found, Failure> {
    let mut all = Found::default();
    for (title, target) in dashboard.queries() {
        let found = ask(stack, target).await.map_err(|why| format!("{title}: {why}"))?;
        if let Some(found) = found {
            all.asked += 1;
            if found == 0 {
                all.empty.push(title.to_owned());
            }
        }
    }
    Ok(all)
}

/// How much a panel's query finds; nothing where Grafana asks in a way of its own. A graph is
/// drawn over the time since the check began, as Grafana draws it over its own.
async fn ask(stack: &Stack<'_>, target: &Value) -> Result<Option<usize>, Failure> {
    let query = target["expr"].as_str().or_else(|| target["query"].as_str());
    let Some(query) = query else { return Ok(None) };
    let query =
        VARIABLES.iter().fold(query.to_owned(), |query, (name, value)| query.replace(name, value));
    let start = stack.start.unix_timestamp_nanos().to_string();
    let series = match source(target) {
        Need::Loki => {
            let parameters = [("query", query.as_str()), ("start", &start)];
            let url = with_query(&stack.config.loki, "/loki/api/v1/query_range", &parameters);
            list(&stack.http.json(&url).await?, "/data/result").to_vec()
        }
        Need::Tempo => {
            let url = with_query(&stack.config.tempo, "/api/search", &[("q", &query)]);
            return Ok(Some(list(&stack.http.json(&url).await?, "/traces").len()));
        }
        _ if target["instant"] == true => metrics::query(stack, &query).await?,
        _ => metrics::range(stack, &query).await?,
    };
    Ok(Some(series.iter().filter(|series| metrics::has_number(series)).count()))
}

fn source(target: &Value) -> Need {
    Need::source(target["datasource"]["uid"].as_str())
}

fn list<'v>(answer: &'v Value, pointer: &str) -> &'v [Value] {
    answer.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Those of the repository.
    fn dashboards() -> Vec<Dashboard> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../grafana/dashboards");
        read(&folder).unwrap()
    }

    #[test]
    fn every_exception_is_a_panel_that_is_asked() {
        let dashboards = dashboards();
        for (excused, _) in exceptions::PANELS {
            let is_there = dashboards.iter().any(|dashboard| {
                let uid = &dashboard.uid;
                excused == uid
                    || dashboard.queries().any(|(title, _)| format!("{uid} {title}") == excused)
            });
            assert!(is_there, "{excused}");
        }
    }

    #[test]
    fn a_dashboard_needs_the_stores_that_it_asks() {
        let dashboards = dashboards();
        let needs = |uid: &str| dashboards.iter().find(|found| found.uid == uid).unwrap().needs();
        assert_eq!(needs("lab-logs"), [Need::Loki].into());
        assert_eq!(needs("lab-tracing"), [Need::Loki, Need::Prometheus, Need::Tempo].into());
    }

    #[test]
    fn after_traffic_only_exceptions_may_be_empty() {
        let found = |title: &str| Found { asked: 2, empty: vec![title.to_owned()] };
        let some = Ok("1 of 2 find something".to_owned());
        assert_eq!(found("Slow").verdict("lab-tracing", true), some);
        assert_eq!(found("Other").verdict("lab-tracing", false), some);
        let none = Err("nothing in Other".to_owned());
        assert_eq!(found("Other").verdict("lab-tracing", true), none);
        let all = Found { asked: 2, empty: Vec::new() };
        assert_eq!(all.verdict("lab-slo", true), Ok("all 2 find something".to_owned()));
    }
}
