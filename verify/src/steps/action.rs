//! A click on "Add", as the page makes it: a request with the context of the page's own
//! span, and that span with its parent, sent as OTLP/JSON through the front door.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::Stack;
use crate::report::Report;

/// What the click left behind.
#[derive(Debug)]
pub(crate) struct Action {
    pub(crate) trace_id: String,
    task: i64,
}

/// Adds a task. Gives nothing when that fails: what follows would fail as well.
pub(crate) async fn perform(stack: &Stack<'_>, report: &mut Report) -> Option<Action> {
    let base = &stack.config.base;
    let trace_id = Uuid::new_v4().simple().to_string();
    let (click, request) = (span_id(), span_id());
    let start = OffsetDateTime::now_utc();
    let traceparent = format!("00-{trace_id}-{request}-01");
    let task = report
        .find("a task is added", "201 with the task", async {
            let url = format!("{base}/api/tasks");
            let body = json!({ "title": "Added by the deployment check" });
            let headers = [("traceparent", traceparent.as_str())];
            let task = stack.http.send(Method::POST, &url, &headers, &body).await?;
            let id = task["id"].as_i64().ok_or_else(|| format!("no task: {task}"))?;
            Ok((id, format!("task {id}, trace {trace_id}")))
        })
        .await?;
    let spans = spans(&trace_id, &click, &request, start, OffsetDateTime::now_utc());
    let taken = report
        .check("the browser's spans are taken", "2xx from the front door", async {
            let url = format!("{base}/otlp/v1/traces");
            stack.http.send(Method::POST, &url, &[], &spans).await?;
            Ok("2 spans".to_owned())
        })
        .await;
    taken.then_some(Action { trace_id, task })
}

/// Deletes the task again.
pub(crate) async fn tidy(stack: &Stack<'_>, action: &Action, report: &mut Report) {
    let url = format!("{}/api/tasks/{}", stack.config.base, action.task);
    report
        .check("the task is deleted again", "200", async {
            stack.http.send(Method::DELETE, &url, &[], &Value::Null).await?;
            Ok(String::new())
        })
        .await;
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
