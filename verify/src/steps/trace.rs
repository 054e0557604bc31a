//! The click's trace, in Tempo and on the page.

use std::collections::HashMap;

use serde_json::Value;

use super::Stack;
use super::action::Action;
use crate::http::until;
use crate::need::Need;
use crate::report::Report;

/// From the root to the leaf, as "service name". Nginx makes a span where its image has the
/// OpenTelemetry module.
const PATH: [&str; 4] = [
    "task-frontend click add-task",
    "task-frontend POST /api/tasks",
    "task-backend POST /api/tasks",
    "task-backend INSERT tasks",
];
const PROXY: &str = "lab-proxy POST /api/tasks";
const NEEDS: [Need; 2] = [Need::Tempo, Need::Click];

/// The trace arrives whole.
pub(crate) async fn check(stack: &Stack<'_>, action: &Action, report: &mut Report) {
    let base = &stack.config.tempo;
    let url = format!("{base}/api/v2/traces/{}", action.trace_id);
    let look = || async {
        let answer = stack.http.json(&url).await?;
        let path = path(&answer)?;
        let without_proxy: Vec<_> = path.iter().filter(|name| *name != PROXY).collect();
        if without_proxy == PATH { Ok(path.join(" → ")) } else { Err(path.join(" → ")) }
    };
    let expected = "click → request → server → INSERT, each the next one's parent";
    let by = stack.patience();
    report.check("the trace is in Tempo", expected, &NEEDS, until(by, look)).await;
    let query = format!(
        r#"{{resource.service.name="task-frontend"}} >> {{span.db.operation.name="INSERT" && trace:id="{}"}}"#,
        action.trace_id
    );
    let url = crate::urls::with_query(base, "/api/search", &[("q", &query), ("limit", "5")]);
    let look = || async {
        let answer = stack.http.json(&url).await?;
        let found = answer["traces"].as_array().map_or(0, Vec::len);
        if found == 1 { Ok(query.clone()) } else { Err(format!("{found} traces")) }
    };
    let expected = "an INSERT below the browser";
    report.check("TraceQL finds it", expected, &NEEDS, until(by, look)).await;
}

/// What the page's panel asks the backend for.
pub(crate) async fn check_panel(stack: &Stack<'_>, action: &Action, report: &mut Report) {
    let url = format!("{}/api/traces/{}", stack.config.base, action.trace_id);
    let look = || async {
        let trace = stack.http.json(&url).await?;
        let sources = trace["sources"].to_string();
        let whole = trace["complete"] == true
            && trace["unavailable"] == Value::Array(Vec::new())
            && sources.contains("tempo")
            && sources.contains("loki");
        let spans = trace["spans"].as_array().map_or(0, Vec::len);
        let logs = trace["logs"].as_array().map_or(0, Vec::len);
        let seen = format!("{spans} spans and {logs} lines from {sources}");
        if whole { Ok(seen) } else { Err(format!("{seen}, without {}", trace["unavailable"])) }
    };
    let expected = "complete, from Tempo and Loki";
    let needs = [Need::Frontend, Need::Backend, Need::Tempo, Need::Loki, Need::Click];
    report.check("the page can show it", expected, &needs, until(stack.patience(), look)).await;
}

/// From the root to the INSERT. Ids are compared as they are written.
fn path(answer: &Value) -> Result<Vec<String>, String> {
    let mut spans = HashMap::new();
    let mut leaf = None;
    for resource in answer["trace"]["resourceSpans"].as_array().into_iter().flatten() {
        let service = resource["resource"]["attributes"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|attribute| attribute["key"] == "service.name")
            .and_then(|attribute| attribute["value"]["stringValue"].as_str())
            .unwrap_or("unnamed");
        let scopes = resource["scopeSpans"].as_array().into_iter().flatten();
        for span in scopes.flat_map(|scope| scope["spans"].as_array().into_iter().flatten()) {
            let name = format!("{service} {}", span["name"].as_str().unwrap_or_default());
            let id = span["spanId"].as_str().unwrap_or_default();
            if Some(&name.as_str()) == PATH.last() {
                leaf = Some(id);
            }
            spans.insert(id, (name, span["parentSpanId"].as_str().unwrap_or_default()));
        }
    }
    let mut next = leaf.ok_or_else(|| format!("no INSERT among {} spans", spans.len()))?;
    let mut path = Vec::new();
    // A span can be its own ancestor in a broken trace: each is taken once.
    while let Some((name, parent)) = spans.remove(next) {
        path.push(name);
        next = parent;
    }
    if next.is_empty() {
        path.reverse();
        Ok(path)
    } else {
        Err(format!("the parent of {} is missing", path.last().map_or("", String::as_str)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(spans: &[(&str, &str, &str, &str)]) -> Value {
        let resources: Vec<_> = spans
            .iter()
            .map(|(service, name, id, parent)| {
                json!({
                    "resource": { "attributes": [
                        { "key": "service.name", "value": { "stringValue": service } }
                    ] },
                    "scopeSpans": [{ "spans": [
                        { "name": name, "spanId": id, "parentSpanId": parent }
                    ] }],
                })
            })
            .collect();
        json!({ "trace": { "resourceSpans": resources } })
    }

    #[test]
    fn a_path_leads_from_the_root_to_the_insert() {
        let spans = [
            ("task-backend", "INSERT tasks", "c", "b"),
            ("task-frontend", "click add-task", "a", ""),
            ("task-backend", "POST /api/tasks", "b", "a"),
        ];
        let path = path(&answer(&spans)).unwrap_or_default();
        let expected = ["task-frontend click add-task", "task-backend POST /api/tasks", PATH[3]];
        assert_eq!(path, expected);
    }

    #[test]
    fn what_is_missing_is_said() {
        assert_eq!(path(&answer(&[])), Err("no INSERT among 0 spans".to_owned()));
        let orphan = path(&answer(&[("task-backend", "INSERT tasks", "c", "b")]));
        assert_eq!(orphan, Err("the parent of task-backend INSERT tasks is missing".to_owned()));
        let circle = path(&answer(&[("task-backend", "INSERT tasks", "c", "c")]));
        assert!(circle.is_err());
    }
}
