//! The queries that people know the lab by, as docs/VERIFICATION.md prints them.

use super::{Stack, metrics};
use crate::http::Failure;
use crate::report::Report;
use crate::urls::with_query;

const PROMQL: [&str; 3] = [
    "100 * (1 - (sum(rate(http_errors_total[5m])) / sum(rate(http_requests_total[5m]))))",
    "histogram_quantile(0.95, sum(rate(http_request_duration_seconds_bucket[5m])) by (le))",
    "histogram_quantile(0.95, sum(rate(db_query_duration_seconds_bucket[5m])) by (le, operation))",
];
const LOGQL: [&str; 3] = [
    r#"{service_name="task-backend"} | severity_text="ERROR""#,
    r#"{service_name="task-backend"} | http_response_status_code >= 500"#,
    r#"{service_name="lab-proxy"} | http_response_status_code >= 500"#,
];
const TRACEQL: [&str; 4] = [
    r#"{resource.service.name="task-backend" && duration > 500ms}"#,
    r#"{span.http.route="/api/tasks" && status=error}"#,
    "{span.db.system.name != nil && duration > 50ms}",
    r#"{resource.service.name="task-frontend"} >> {span.db.operation.name="INSERT"}"#,
];

/// Each runs without an error; what they find depends on what happened.
pub(crate) async fn check(stack: &Stack<'_>, report: &mut Report) {
    for query in PROMQL {
        report.check("PromQL", query, promql(stack, query)).await;
    }
    for query in LOGQL {
        let path = "/loki/api/v1/query_range";
        let url = with_query(&stack.config.loki, path, &[("query", query), ("limit", "10")]);
        report.check("LogQL", query, count(stack, &url, "/data/result", "streams")).await;
    }
    for query in TRACEQL {
        let url = with_query(&stack.config.tempo, "/api/search", &[("q", query), ("limit", "10")]);
        report.check("TraceQL", query, count(stack, &url, "/traces", "traces")).await;
    }
}

async fn promql(stack: &Stack<'_>, query: &str) -> Result<String, Failure> {
    let series = metrics::query(stack, query).await?;
    Ok(format!("{} series", series.len()))
}

async fn count(stack: &Stack<'_>, url: &str, pointer: &str, what: &str) -> Result<String, Failure> {
    let answer = stack.http.json(url).await?;
    let found = answer.pointer(pointer).and_then(|list| list.as_array()).map_or(0, Vec::len);
    Ok(format!("{found} {what}"))
}
