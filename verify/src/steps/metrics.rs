//! What Prometheus scrapes, records and is sent.

use serde_json::Value;
use time::OffsetDateTime;

use super::Stack;
use crate::http::{Failure, until};
use crate::need::Need;
use crate::report::Report;
use crate::urls::with_query;

/// Queries that give at least one series when all is well.
const PRESENT: [(&str, &str); 7] = [
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
];

const NEEDS: [Need; 1] = [Need::Prometheus];
/// Seconds between the samples of a range.
const RESOLUTION: &str = "15";

/// Targets, rules and series.
pub(crate) async fn check(stack: &Stack<'_>, report: &mut Report) {
    let by = stack.patience();
    let targets = if stack.config.without_grafana { r#"up{job!="grafana"}"# } else { "up" };
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
    let expected = "up is 1 for all";
    report.check("everything is scraped", expected, &NEEDS, until(by, look)).await;
    report.check("rules are evaluated", "none fails", &NEEDS, rules(stack)).await;
    for (step, expression) in PRESENT {
        let look = || async {
            match query(stack, expression).await?.first() {
                Some(series) => Ok(format!("{expression} is {}", value(series).unwrap_or("?"))),
                None => Err(format!("nothing by {expression}")),
            }
        };
        report.check(step, "a value", &NEEDS, until(by, look)).await;
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

/// The series of a range query over the time since the check began.
pub(crate) async fn range(stack: &Stack<'_>, expression: &str) -> Result<Vec<Value>, Failure> {
    let [start, end] =
        [stack.start, OffsetDateTime::now_utc()].map(|time| time.unix_timestamp().to_string());
    let parameters =
        [("query", expression), ("start", &start), ("end", &end), ("step", RESOLUTION)];
    let url = with_query(&stack.config.prometheus, "/api/v1/query_range", &parameters);
    let answer = stack.http.json(&url).await?;
    Ok(answer["data"]["result"].as_array().cloned().unwrap_or_default())
}

/// When a program that shows its metrics was started, in seconds since 1970 by its own clock.
pub(crate) async fn started(stack: &Stack<'_>, program: &str) -> Result<f64, Failure> {
    let exposed = stack.http.text(&format!("{program}/metrics")).await?;
    let line = exposed.lines().find_map(|line| line.strip_prefix("process_start_time_seconds "));
    let time = line.and_then(|value| value.trim().parse().ok());
    time.ok_or_else(|| format!("{program} does not tell when it was started"))
}

/// The sample of a series.
pub(crate) fn value(series: &Value) -> Option<&str> {
    series["value"][1].as_str()
}

/// Whether a series has a number at any time: one of NaN alone shows nothing.
pub(crate) fn has_number(series: &Value) -> bool {
    let is_number = |sample: &Value| sample[1].as_str().is_some_and(|text| text != "NaN");
    is_number(&series["value"]) || series["values"].as_array().into_iter().flatten().any(is_number)
}

fn name(series: &Value) -> String {
    let label = |name: &str| series["metric"][name].as_str().unwrap_or_default().to_owned();
    format!("{} {}", label("job"), label("instance"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_a_number_is_no_data() {
        assert!(has_number(&json!({ "value": [1, "0"] })));
        assert!(!has_number(&json!({ "value": [1, "NaN"] })));
        assert!(has_number(&json!({ "values": [[1, "NaN"], [2, "0.5"]] })));
        assert!(!has_number(&json!({ "values": [[1, "NaN"]] })));
        assert!(!has_number(&json!({})));
    }
}
