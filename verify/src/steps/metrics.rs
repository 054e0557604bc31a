//! What Prometheus scrapes, records and is sent.

use serde_json::Value;

use super::Stack;
use crate::http::{Failure, until};
use crate::report::Report;
use crate::urls::with_query;

/// Queries that give at least one series when all is well.
const PRESENT: [(&str, &str); 9] = [
    ("requests are counted", r#"http_requests_total{endpoint="/api/tasks"} > 0"#),
    ("statements are timed", "db_query_duration_seconds_count > 0"),
    ("error ratios are recorded", r#"slo:sli_error:ratio_rate5m{sloth_slo="availability"}"#),
    ("burn rates are recorded", r#"slo:current_burn_rate:ratio{sloth_slo="latency"}"#),
    ("budgets are recorded", "slo:period_error_budget_remaining:ratio"),
    ("the collector counts spans", "otelcol_receiver_accepted_spans > 0"),
    (
        "span metrics come from Tempo",
        r#"traces_spanmetrics_calls_total{service="task-backend"} > 0"#,
    ),
    (
        "the graph leads from the browser to a server",
        r#"traces_service_graph_request_total{client="task-frontend"} > 0"#,
    ),
    (
        "the graph leads from the backend to the database",
        r#"traces_service_graph_request_total{client="task-backend"} > 0"#,
    ),
];

/// Targets, rules and series.
pub(crate) async fn check(stack: &Stack<'_>, report: &mut Report) {
    let targets = if stack.grafana { "up" } else { r#"up{job!="grafana"}"# };
    let look = || async {
        let all = query(stack, targets).await?;
        let down: Vec<_> =
            all.iter().filter(|series| value(series) != Some("1")).map(name).collect();
        if all.len() >= 6 && down.is_empty() {
            Ok(format!("{} targets", all.len()))
        } else {
            Err(format!("{} targets, down: {}", all.len(), down.join(", ")))
        }
    };
    let patience = stack.config.patience();
    report.check("everything is scraped", "up is 1 for all", until(patience, look)).await;
    report.check("rules are evaluated", "none fails", rules(stack)).await;
    for (step, expression) in PRESENT {
        let look = || async {
            match query(stack, expression).await?.first() {
                Some(series) => Ok(format!("{expression} is {}", value(series).unwrap_or("?"))),
                None => Err(format!("nothing by {expression}")),
            }
        };
        report.check(step, "a value", until(patience, look)).await;
    }
}

async fn rules(stack: &Stack<'_>) -> Result<String, Failure> {
    let answer = stack.http.json(&format!("{}/api/v1/rules", stack.config.prometheus)).await?;
    let groups = answer["data"]["groups"].as_array().into_iter().flatten();
    let rules: Vec<_> =
        groups.flat_map(|group| group["rules"].as_array().into_iter().flatten()).collect();
    let broken: Vec<_> = rules
        .iter()
        .filter(|rule| rule["health"] == "err")
        .map(|rule| format!("{}: {}", rule["name"], rule["lastError"]))
        .collect();
    match (rules.is_empty(), broken.is_empty()) {
        (false, true) => Ok(format!("{} rules", rules.len())),
        (true, _) => Err("there are none".to_owned()),
        (_, false) => Err(broken.join("; ")),
    }
}

/// The series of an instant query.
pub(crate) async fn query(stack: &Stack<'_>, expression: &str) -> Result<Vec<Value>, Failure> {
    let url = with_query(&stack.config.prometheus, "/api/v1/query", &[("query", expression)]);
    let answer = stack.http.json(&url).await?;
    Ok(answer["data"]["result"].as_array().cloned().unwrap_or_default())
}

/// The sample of a series.
pub(crate) fn value(series: &Value) -> Option<&str> {
    series["value"][1].as_str()
}

fn name(series: &Value) -> String {
    let label = |name: &str| series["metric"][name].as_str().unwrap_or_default().to_owned();
    format!("{} {}", label("job"), label("instance"))
}
