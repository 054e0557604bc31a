//! The click's lines in Loki.

use super::Stack;
use super::action::Action;
use crate::http::until;
use crate::need::Need;
use crate::report::Report;
use crate::urls::with_query;

/// Those whose lines carry the trace's id.
pub(super) const SERVICES: [&str; 2] = ["task-backend", "lab-proxy"];

/// The query, with what stands for the id in the documentation.
pub(super) fn query(service: &str, trace_id: &str) -> String {
    format!(r#"{{service_name="{service}"}} | trace_id="{trace_id}""#)
}

/// One line of each service, under the trace's id.
pub(crate) async fn check(stack: &Stack<'_>, action: &Action, report: &mut Report) {
    let (by, line) = (stack.patience(), "POST /api/tasks 201");
    for service in SERVICES {
        let query = query(service, &action.trace_id);
        let url = with_query(&stack.config.loki, "/loki/api/v1/query_range", &[("query", &query)]);
        let look = || async {
            let answer = stack.http.json(&url).await?;
            let streams = answer["data"]["result"].as_array().into_iter().flatten();
            let lines: Vec<_> = streams
                .flat_map(|stream| stream["values"].as_array().into_iter().flatten())
                .filter_map(|value| value[1].as_str())
                .collect();
            match lines.iter().filter(|found| **found == line).count() {
                1 => Ok(format!("{} lines by {query}", lines.len())),
                0 => Err(format!("{lines:?}")),
                many => Err(format!("it came {many} times")),
            }
        };
        let step = format!("the line of {service} is in Loki");
        let expected = format!("\"{line}\" once, with the trace's id");
        let needs = [Need::Loki, Need::Collector, Need::Click];
        report.check(&step, &expected, &needs, until(by, look)).await;
    }
}
