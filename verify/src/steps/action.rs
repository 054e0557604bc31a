//! A click on "Add", as the page makes it: a request with the context of the page's own
//! span, and that span with its parent, sent as OTLP/JSON through the front door.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::Stack;
use crate::need::Need;
use crate::report::Report;

/// A click, done or not.
#[derive(Debug)]
pub(crate) struct Action {
    pub(crate) trace_id: String,
}

/// Adds a task, sends the browser's spans, and deletes the task again: what the click left
/// behind stays in the stores. Where it fails, what follows from it is lost.
pub(crate) async fn perform(stack: &Stack<'_>, report: &mut Report) -> Action {
    let base = &stack.config.base;
    let trace_id = Uuid::new_v4().simple().to_string();
    let (click, request) = (span_id(), span_id());
    let start = OffsetDateTime::now_utc();
    let traceparent = format!("00-{trace_id}-{request}-01");
    let backend = [Need::Frontend, Need::Backend];
    let task = report
        .find("a task is added", "201 with the task", &backend, async {
            let url = format!("{base}/api/tasks");
            let body = json!({ "title": "Added by the deployment check" });
            let headers = [("traceparent", traceparent.as_str())];
            let task = stack.http.send(Method::POST, &url, &headers, &body).await?;
            let id = task["id"].as_i64().ok_or_else(|| format!("no task: {task}"))?;
            Ok((id, format!("task {id}, trace {trace_id}")))
        })
        .await;
    let end = OffsetDateTime::now_utc();
    if let Some(task) = task {
        report
            .check("the task is deleted again", "200", &backend, async {
                let url = format!("{base}/api/tasks/{task}");
                stack.http.send(Method::DELETE, &url, &[], &Value::Null).await?;
                Ok(String::new())
            })
            .await;
    } else {
        report.lose(Need::Click, "added no task");
    }
    let spans = spans(&trace_id, &click, &request, start, end);
    let collector = [Need::Frontend, Need::Collector, Need::Click];
    let taken = report
        .check("the browser's spans are taken", "2xx from the front door", &collector, async {
            let url = format!("{base}/otlp/v1/traces");
            stack.http.send(Method::POST, &url, &[], &spans).await?;
            Ok("2 spans".to_owned())
        })
        .await;
    if task.is_some() && !taken {
        report.lose(Need::Click, "left no spans of the browser");
    }
    Action { trace_id }
}

fn span_id() -> String {
    Uuid::new_v4().simple().to_string()[..16].to_owned()
}

/// OTLP/JSON as the page writes it; the click began a moment before its request.
fn spans(
    trace_id: &str,
    click: &str,
    request: &str,
    start: OffsetDateTime,
    end: OffsetDateTime,
) -> Value {
    let text = |key: &str, value: &str| json!({ "key": key, "value": { "stringValue": value } });
    let nanos = |time: OffsetDateTime| time.unix_timestamp_nanos().to_string();
    let margin = Duration::from_millis(2);
    json!({ "resourceSpans": [{
        "resource": { "attributes": [
            text("service.name", "task-frontend"),
            text("deployment.environment.name", "lab"),
        ] },
        "scopeSpans": [{ "scope": { "name": "verify" }, "spans": [
            {
                "traceId": trace_id,
                "spanId": click,
                "name": "click add-task",
                "kind": 1,
                "startTimeUnixNano": nanos(start - margin),
                "endTimeUnixNano": nanos(end + margin),
                "attributes": [
                    text("app.action", "add-task"),
                    text("event.type", "click"),
                    text("session.id", "verify"),
                ],
            },
            {
                "traceId": trace_id,
                "spanId": request,
                "parentSpanId": click,
                "name": "POST /api/tasks",
                "kind": 3,
                "startTimeUnixNano": nanos(start),
                "endTimeUnixNano": nanos(end),
                "attributes": [
                    text("http.request.method", "POST"),
                    text("url.template", "/api/tasks"),
                    text("session.id", "verify"),
                    { "key": "http.response.status_code", "value": { "intValue": "201" } },
                ],
            },
        ] }],
    }] })
}
