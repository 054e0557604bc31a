//! What leaves the process for a collector.

use std::fmt::Write;
use std::time::Duration;

use serde_json::json;

use crate::collector::{Collector, attribute, text};
use crate::lab::Lab;

const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";

async fn create_task(lab: &Lab) {
    let answer = reqwest::Client::new()
        .post(format!("{}/api/tasks", lab.url))
        .header("traceparent", format!("00-{TRACE_ID}-b7ad6b7169203331-01"))
        .header("tracestate", "vendor=1")
        .json(&json!({ "title": "secret plans" }))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_and_records_arrive_when_the_server_stops() {
    let (collector, address) = Collector::start(Duration::ZERO).await;
    let lab = Lab::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{address}")),
        // Nothing is due before the end: only the flush can send it.
        ("OTEL_BSP_SCHEDULE_DELAY", "3600000"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "3600000"),
        ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test,team=lab"),
    ]);
    create_task(&lab).await;
    let (code, took, lines) = tokio::task::spawn_blocking(|| lab.stop()).await.unwrap();
    assert_eq!(code, Some(0), "{lines:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");

    let received = collector.received();
    let resource_spans = &received.traces[0].resource_spans[0];
    let resource = &resource_spans.resource.as_ref().unwrap().attributes;
    assert_eq!(attribute(resource, "service.name").unwrap(), "task-backend");
    assert_eq!(attribute(resource, "service.version").unwrap(), env!("CARGO_PKG_VERSION"));
    assert_eq!(attribute(resource, "service.instance.id").unwrap().len(), 36);
    assert_eq!(attribute(resource, "deployment.environment.name").unwrap(), "test");
    assert_eq!(attribute(resource, "team").unwrap(), "lab");

    let spans: Vec<_> = received
        .traces
        .iter()
        .flat_map(|request| &request.resource_spans)
        .flat_map(|resource| &resource.scope_spans)
        .flat_map(|scope| &scope.spans)
        .collect();
    assert_eq!(spans.len(), 2);
    let server = spans.iter().find(|span| span.name == "POST /api/tasks").unwrap();
    let insert = spans.iter().find(|span| span.name == "INSERT tasks").unwrap();
    assert_eq!(hex(&server.trace_id), TRACE_ID);
    assert_eq!(hex(&server.parent_span_id), "b7ad6b7169203331");
    assert_eq!(insert.parent_span_id, server.span_id);
    assert_eq!(
        (server.trace_state.as_str(), insert.trace_state.as_str()),
        ("vendor=1", "vendor=1")
    );
    assert_eq!(attribute(&server.attributes, "http.response.status_code").unwrap(), "201");
    assert_eq!(attribute(&server.attributes, "client.address").unwrap(), "127.0.0.0");

    let records: Vec<_> = received
        .logs
        .iter()
        .flat_map(|request| &request.resource_logs)
        .flat_map(|resource| &resource.scope_logs)
        .flat_map(|scope| &scope.log_records)
        .collect();
    let access =
        records.iter().find(|record| text(record.body.clone()) == "POST /api/tasks 201").unwrap();
    assert_eq!(hex(&access.trace_id), TRACE_ID);
    assert_eq!(access.span_id, server.span_id);
    assert_eq!((access.severity_text.as_str(), access.severity_number), ("INFO", 9));
    assert_eq!(attribute(&access.attributes, "http.response.status_code").unwrap(), "201");
    assert!(access.time_unix_nano >= server.start_time_unix_nano);

    // Neither signal holds what the person typed.
    assert!(!format!("{received:?}").contains("secret plans"));
    let printed = lines.iter().find(|line| line["target"] == "access").unwrap();
    assert_eq!(printed["trace_id"], TRACE_ID);
    assert_eq!(printed["span_id"], hex(&server.span_id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_sdk_sends_nothing_and_still_writes_lines() {
    let (collector, address) = Collector::start(Duration::ZERO).await;
    let lab = Lab::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{address}")),
        ("OTEL_SDK_DISABLED", "true"),
    ]);
    create_task(&lab).await;
    let (code, _, lines) = tokio::task::spawn_blocking(|| lab.stop()).await.unwrap();
    assert_eq!(code, Some(0));
    let received = collector.received();
    assert!(received.traces.is_empty() && received.logs.is_empty());
    let access = lines.iter().find(|line| line["target"] == "access").unwrap();
    assert_eq!(access["message"], "POST /api/tasks 201");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_hangs_delays_neither_requests_nor_the_panel_nor_the_end() {
    let (_collector, address) = Collector::start(Duration::from_hours(1)).await;
    let lab = Lab::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{address}")),
        ("OTEL_BSP_SCHEDULE_DELAY", "1"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "1"),
    ]);
    let start = std::time::Instant::now();
    create_task(&lab).await;
    let trace_url = format!("{}/api/traces/{TRACE_ID}", lab.url);
    let mut spans = 0;
    while spans < 2 && start.elapsed() < Duration::from_secs(2) {
        let trace: serde_json::Value =
            reqwest::get(&trace_url).await.unwrap().json().await.unwrap();
        spans = trace["spans"].as_array().map_or(0, Vec::len);
    }
    assert_eq!(spans, 2);
    let (code, took, _) = tokio::task::spawn_blocking(|| lab.stop()).await.unwrap();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(8), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browsers_spans_are_forwarded_put_right() {
    let (collector, address) = Collector::start(Duration::ZERO).await;
    let endpoint = format!("http://{address}");
    let lab = Lab::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
        ("OTEL_BSP_SCHEDULE_DELAY", "3600000"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-team=lab%20one"),
    ]);
    let text = |text: &str| json!({ "stringValue": text });
    let span = json!({
        "traceId": TRACE_ID, "spanId": "b7ad6b7169203331", "name": "click add-task", "kind": 1,
        "attributes": [{ "key": "user.email", "value": text("a@b.c") }],
    });
    let body = json!({ "resourceSpans": [{
        "resource": { "attributes": [{ "key": "service.name", "value": text("task-backend") }] },
        "scopeSpans": [{ "spans": [span, { "traceId": "00", "spanId": "00", "name": "bad" }] }],
    }]});
    let url = format!("{}/otlp/v1/traces", lab.url);
    let answer = reqwest::Client::new().post(url).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let (code, _, _) = tokio::task::spawn_blocking(|| lab.stop()).await.unwrap();
    assert_eq!(code, Some(0));

    let received = collector.received();
    let message = &received.traces[0].resource_spans[0];
    let resource = &message.resource.as_ref().unwrap().attributes;
    assert_eq!(attribute(resource, "service.name").unwrap(), "task-frontend");
    let spans = &message.scope_spans[0].spans;
    assert_eq!((spans.len(), spans[0].name.as_str()), (1, "click add-task"));
    assert_eq!(attribute(&spans[0].attributes, "user.email").unwrap(), "[REDACTED]");
    assert_eq!(received.headers["x-team"], "lab one");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intake_that_cannot_forward_asks_to_try_again() {
    let (_collector, address) = Collector::start(Duration::from_hours(1)).await;
    let lab = Lab::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{address}"))]);
    let body = json!({ "resourceSpans": [{ "scopeSpans": [{ "spans": [
        { "traceId": TRACE_ID, "spanId": "b7ad6b7169203331", "name": "click add-task" },
    ]}]}]});
    let client = reqwest::Client::new();
    let mut refused = None;
    // One is under way, 64 wait.
    for _ in 0..70 {
        let url = format!("{}/otlp/v1/traces", lab.url);
        let answer = client.post(url).json(&body).send().await.unwrap();
        if answer.status() == 503 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.unwrap();
    assert_eq!(refused.headers()["retry-after"], "1");
    let problem: serde_json::Value = refused.json().await.unwrap();
    assert_eq!(problem["code"], "intake_full");
}
