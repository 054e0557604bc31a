//! Every query of every dashboard.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Stack, metrics};
use crate::http::Failure;
use crate::report::Report;
use crate::urls::with_query;

/// What stands for Grafana's variables.
const VARIABLES: [(&str, &str); 2] = [("$service", ".+"), ("$trace_id", "")];

/// Dashboards to whose every panel synthetic traffic brings something.
const FED: [&str; 4] = ["lab-backend", "lab-logs", "lab-slo", "lab-synthetic"];
/// But for the list of alerts.
const ALERTS: &str = "ALERTS{";

/// What one dashboard's queries found.
#[derive(Debug, Default)]
struct Found {
    asked: usize,
    /// The panels whose query found nothing.
    empty: Vec<String>,
}

/// Each runs without an error. `is_fed` says that there was traffic; what the other panels
/// find depends on what happened.
pub(crate) async fn check(stack: &Stack<'_>, is_fed: bool, report: &mut Report) {
    let folder = &stack.config.dashboards;
    let files = match files(Path::new(folder)) {
        Ok(files) if !files.is_empty() => files,
        _ => {
            report.leave_out("dashboards", "every query runs", &format!("none in {folder}"));
            return;
        }
    };
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_full = is_fed && FED.contains(&name.as_str());
        let expected = if is_full { "each finds something" } else { "without an error" };
        report
            .check(&format!("the queries of {name} run"), expected, async {
                let Found { asked, empty } = queries(stack, &file).await?;
                match (is_full, empty.is_empty()) {
                    (_, true) => Ok(format!("all {asked} find something")),
                    (true, false) => Err(format!("nothing in {}", empty.join(", "))),
                    (false, false) => {
                        Ok(format!("{} of {asked} find something", asked - empty.len()))
                    }
                }
            })
            .await;
    }
}

/// The JSON files below a folder.
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

async fn queries(stack: &Stack<'_>, file: &Path) -> Result<Found, Failure> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let dashboard: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let mut all = Found::default();
    for panel in dashboard["panels"].as_array().into_iter().flatten() {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let title = &panel["title"];
            let found = ask(stack, target).await.map_err(|why| format!("{title}: {why}"))?;
            let is_alerts = target["expr"].as_str().is_some_and(|query| query.starts_with(ALERTS));
            if let Some(found) = found.filter(|_| !is_alerts) {
                all.asked += 1;
                if found == 0 {
                    all.empty.push(title.to_string());
                }
            }
        }
    }
    Ok(all)
}

/// How much a panel's query finds; nothing where Grafana asks in a way of its own.
async fn ask(stack: &Stack<'_>, target: &Value) -> Result<Option<usize>, Failure> {
    let query = target["expr"].as_str().or_else(|| target["query"].as_str());
    let Some(query) = query else { return Ok(None) };
    let query =
        VARIABLES.iter().fold(query.to_owned(), |query, (name, value)| query.replace(name, value));
    let (base, path, name, list) = match target["datasource"]["uid"].as_str() {
        Some("loki") => (&stack.config.loki, "/loki/api/v1/query_range", "query", "/data/result"),
        Some("tempo") => (&stack.config.tempo, "/api/search", "q", "/traces"),
        _ => return Ok(Some(metrics::query(stack, &query).await?.len())),
    };
    let answer = stack.http.json(&with_query(base, path, &[(name, &query)])).await?;
    Ok(Some(answer.pointer(list).and_then(Value::as_array).map_or(0, Vec::len)))
}
