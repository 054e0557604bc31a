//! The queries that people know the lab by, as docs/VERIFICATION.md prints them.

use serde_json::Value;

use super::{Stack, exceptions, metrics};
use crate::http::{Failure, until};
use crate::need::Need;
use crate::report::Report;
use crate::urls::with_query;

const PROMQL: [&str; 3] = [
    "100 * (1 - (sum(rate(http_errors_total[5m])) / sum(rate(http_requests_total[5m]))))",
    "histogram_quantile(0.95, sum(rate(http_request_duration_seconds_bucket[5m])) by (le))",
    "histogram_quantile(0.95, sum(rate(db_query_duration_seconds_bucket[5m])) by (le, operation))",
];
/// Those that ask for a trace's id are asked for the click's.
const LOGQL: [&str; 4] = [
    r#"{service_name="task-backend"} | severity_text="ERROR""#,
    r#"{service_name="task-backend"} | http_response_status_code >= 500"#,
    r#"{service_name="lab-proxy"} | http_response_status_code >= 500"#,
    r#"{service_name="postgresql"} | severity_text=~"ERROR|FATAL""#,
];
const TRACEQL: [&str; 4] = [
    r#"{resource.service.name="task-backend" && duration > 500ms}"#,
    r#"{span.http.route="/api/tasks" && status=error}"#,
    "{span.db.system.name != nil && duration > 50ms}",
    r#"{resource.service.name="task-frontend"} >> {span.db.operation.name="INSERT"}"#,
];

/// Each runs without an error, and after the traffic finds something of it, unless it is
/// excused.
pub(crate) async fn check(stack: &Stack<'_>, is_fed: bool, report: &mut Report) {
    let by = stack.patience();
    for query in PROMQL {
        let look = || async {
            let series = metrics::query(stack, query).await?;
            let found = series.iter().filter(|series| metrics::has_number(series)).count();
            judge(found, "series", query, is_fed)
        };
        report.check("PromQL", query, &[Need::Prometheus], until(by, look)).await;
    }
    let start = stack.start.unix_timestamp_nanos().to_string();
    for query in LOGQL {
        let path = "/loki/api/v1/query_range";
        let parameters = [("query", query), ("start", &start), ("limit", "10")];
        let url = with_query(&stack.config.loki, path, &parameters);
        let look =
            || async { judge(count(stack, &url, "/data/result").await?, "streams", query, is_fed) };
        report.check("LogQL", query, &[Need::Loki], until(by, look)).await;
    }
    for query in TRACEQL {
        let url = with_query(&stack.config.tempo, "/api/search", &[("q", query), ("limit", "10")]);
        let look =
            || async { judge(count(stack, &url, "/traces").await?, "traces", query, is_fed) };
        report.check("TraceQL", query, &[Need::Tempo], until(by, look)).await;
    }
}

fn judge(found: usize, what: &str, query: &str, is_fed: bool) -> Result<String, Failure> {
    if is_fed && found == 0 && !exceptions::excuses_query(query) {
        return Err(format!("no {what}, after traffic that makes some"));
    }
    Ok(format!("{found} {what}"))
}

async fn count(stack: &Stack<'_>, url: &str, pointer: &str) -> Result<usize, Failure> {
    let answer = stack.http.json(url).await?;
    Ok(answer.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::steps::logs;

    const DOCUMENT: &str = include_str!("../../../docs/VERIFICATION.md");

    /// The lines of the document's blocks in a language.
    fn printed(language: &str) -> BTreeSet<String> {
        let fence = format!("```{language}\n");
        let blocks = DOCUMENT.split(&fence).skip(1);
        let lines = blocks.filter_map(|block| block.split("```").next()).flat_map(str::lines);
        lines.map(str::to_owned).collect()
    }

    #[test]
    fn what_the_document_prints_is_asked() {
        let by_trace = logs::SERVICES.map(|service| logs::query(service, "TRACE_ID"));
        let asked: BTreeSet<_> = LOGQL.map(str::to_owned).into_iter().chain(by_trace).collect();
        assert_eq!(printed("logql"), asked);
        assert_eq!(printed("traceql"), TRACEQL.map(str::to_owned).into());
        for query in PROMQL {
            assert!(DOCUMENT.contains(&format!("| `{query}` |")), "{query}");
        }
    }

    #[test]
    fn after_traffic_only_exceptions_may_find_nothing() {
        for (query, _) in exceptions::CLASSICS {
            assert!(LOGQL.contains(&query) || TRACEQL.contains(&query), "{query}");
            assert!(judge(0, "traces", query, true).is_ok());
        }
        assert!(judge(0, "series", PROMQL[0], false).is_ok());
        assert!(judge(0, "series", PROMQL[0], true).is_err());
        assert!(judge(1, "series", PROMQL[0], true).is_ok());
    }
}
