//! The browser's telemetry.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::harness::{Answer, Lab, TRACE_ID};

const SPAN_ID: &str = "b7ad6b7169203331";

pub(crate) fn spans(service: &str, span: &Value) -> Value {
    let service = json!({ "key": "service.name", "value": { "stringValue": service } });
    json!({ "resourceSpans": [{
        "resource": { "attributes": [service] },
        "scopeSpans": [{ "scope": { "name": "test" }, "spans": [span] }],
    }]})
}

pub(crate) fn click() -> Value {
    json!({
        "traceId": TRACE_ID,
        "spanId": SPAN_ID,
        "name": "click add-task",
        "kind": 1,
        "startTimeUnixNano": "1769860800000001999",
        "endTimeUnixNano": "1769860800002501999",
        "attributes": [
            { "key": "session.id", "value": { "stringValue": "s" } },
            { "key": "n", "value": { "intValue": "7" } },
            { "key": "user.email", "value": { "stringValue": "a@b.c" } },
            { "key": "form", "value": { "kvlistValue": { "values": [
                { "key": "password", "value": { "stringValue": "p" } },
                { "key": "field", "value": { "stringValue": "title" } },
            ] } } },
        ],
        "status": { "code": 2 },
    })
}

pub(crate) async fn post(lab: &Lab, path: &str, body: impl ToString) -> Answer {
    let request = Request::post(path)
        .header("content-type", "application/json; charset=utf-8")
        .body(Body::from(body.to_string()))
        .unwrap();
    lab.send(request).await
}

#[tokio::test]
async fn a_browsers_span_joins_the_servers_trace() {
    let lab = Lab::start().await;
    lab.add("a").await;
    let answer = post(&lab, "/otlp/v1/traces", spans("task-frontend", &click())).await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({})));
    let trace = lab.trace(TRACE_ID).await;
    assert_eq!(trace["complete"], true, "{trace:#}");
    assert_eq!(
        trace["spans"][0],
        json!({
            "span_id": SPAN_ID,
            "parent_span_id": null,
            "service": "task-frontend",
            "name": "click add-task",
            "kind": "internal",
            "start_time": "2026-01-31T12:00:00.000001Z",
            "duration_us": 2500,
            "status": "error",
            "attributes": {
                "session.id": "s",
                "n": 7,
                "user.email": "[REDACTED]",
                "form.password": "[REDACTED]",
                "form.field": "title",
            },
            "events": [],
        })
    );
}

#[tokio::test]
async fn what_a_browser_says_that_it_lost_is_counted() {
    let lab = Lab::start().await;
    let lost = |name: &str, count: &str| {
        let attribute = json!({ "key": name, "value": { "intValue": count } });
        json!({ "name": "test", "attributes": [attribute] })
    };
    let mut body = spans("task-frontend", &click());
    body["resourceSpans"][0]["scopeSpans"][0]["scope"] = lost("app.dropped_spans", "3");
    for _ in 0..2 {
        assert_eq!(post(&lab, "/otlp/v1/traces", &body).await.status, 200);
    }
    // A number that no page loses, and one that is none.
    for count in ["9000000000000000000", "-1"] {
        let scope = lost("app.dropped_log_records", count);
        let body = json!({ "resourceLogs": [{ "scopeLogs": [{ "scope": scope }] }] });
        assert_eq!(post(&lab, "/otlp/v1/logs", body).await.status, 200);
    }
    let metrics = lab.get("/metrics").await.body;
    for (signal, count) in [("span", 6), ("log", 100_000)] {
        let line =
            format!("telemetry_dropped_total{{reason=\"browser\",signal=\"{signal}\"}} {count}\n");
        assert!(metrics.contains(&line), "{metrics}");
    }
}

#[tokio::test]
async fn a_client_cannot_take_the_backends_name() {
    let lab = Lab::start().await;
    for (claimed, kept) in [
        ("task-backend", "task-frontend"),
        ("evil", "task-frontend"),
        ("lab-proxy", "lab-proxy"),
        ("lab-loadgen", "lab-loadgen"),
    ] {
        let mut span = click();
        span["spanId"] = json!(format!("{:016x}", claimed.len()));
        post(&lab, "/otlp/v1/traces", spans(claimed, &span)).await;
        let trace = lab.trace(TRACE_ID).await;
        let services: Vec<_> =
            trace["spans"].as_array().unwrap().iter().map(|span| &span["service"]).collect();
        assert!(services.contains(&&json!(kept)) && !services.contains(&&json!("task-backend")));
    }
}

#[tokio::test]
async fn log_records_stand_beside_the_spans() {
    let lab = Lab::start().await;
    let body = json!({ "resourceLogs": [{ "scopeLogs": [{ "logRecords": [
        {
            "timeUnixNano": "1769860800000001999",
            "severityNumber": 17,
            "body": { "stringValue": "it broke" },
            "traceId": TRACE_ID,
            "spanId": SPAN_ID,
            "attributes": [{ "key": "token", "value": { "stringValue": "t" } }],
        },
        { "body": { "stringValue": "no trace" } },
    ]}]}]});
    let answer = post(&lab, "/otlp/v1/logs", body).await.json();
    assert_eq!(answer["partialSuccess"]["rejectedLogRecords"], "1");
    let trace = lab.trace(TRACE_ID).await;
    assert_eq!(
        trace["logs"],
        json!([{
            "timestamp": "2026-01-31T12:00:00.000001Z",
            "level": "ERROR",
            "message": "it broke",
            "service": "task-frontend",
            "span_id": SPAN_ID,
            "fields": { "token": "[REDACTED]" },
        }])
    );
}

#[tokio::test]
async fn garbage_is_refused_in_words() {
    let lab = Lab::start().await;
    for path in ["/otlp/v1/traces", "/otlp/v1/logs"] {
        post(&lab, path, "not json").await.problem(400, "malformed_json");
        post(&lab, path, "[1,2]").await.problem(400, "invalid_body");
        post(&lab, path, " []").await.problem(400, "invalid_body");
        post(&lab, path, "{\"resourceSpans\":7,\"resourceLogs\":7}")
            .await
            .problem(400, "invalid_body");
        post(&lab, path, " ".repeat(256 * 1024 + 1)).await.problem(413, "body_too_large");
        let protobuf = Request::post(path)
            .header("content-type", "application/x-protobuf")
            .body(Body::from(vec![10, 0]))
            .unwrap();
        lab.send(protobuf).await.problem(415, "unsupported_media_type");
    }
    let mut span = click();
    span["attributes"] = json!("DEEP");
    let value = "{\"arrayValue\":{\"values\":[".repeat(1_000) + &"]}}".repeat(1_000);
    let attributes = format!("[{{\"key\":\"a\",\"value\":{value}}}]");
    let deep = spans("task-frontend", &span).to_string().replace("\"DEEP\"", &attributes);
    post(&lab, "/otlp/v1/traces", deep).await.problem(400, "malformed_json");
}

#[tokio::test]
async fn spans_with_impossible_ids_are_counted_back() {
    let lab = Lab::start().await;
    for (field, value) in [
        ("traceId", "0".repeat(32)),
        ("traceId", "abcd".into()),
        ("spanId", "0".repeat(16)),
        ("spanId", String::new()),
        ("parentSpanId", "abcd".into()),
    ] {
        let mut span = click();
        span[field] = json!(value);
        let answer = post(&lab, "/otlp/v1/traces", spans("task-frontend", &span)).await;
        assert_eq!(answer.json()["partialSuccess"]["rejectedSpans"], "1", "{field}={value}");
    }
    assert_eq!(lab.trace(TRACE_ID).await["code"], "trace_not_found");
}

#[tokio::test]
async fn a_repeated_export_does_not_double_a_span() {
    let lab = Lab::start().await;
    for _ in 0..2 {
        post(&lab, "/otlp/v1/traces", spans("task-frontend", &click())).await;
    }
    assert_eq!(lab.trace(TRACE_ID).await["spans"].as_array().unwrap().len(), 1);
}
