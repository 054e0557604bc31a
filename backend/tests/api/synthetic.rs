//! Synthetic traffic.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::harness::{Answer, Lab, TRACE_ID, TRACEPARENT};

async fn report(lab: &Lab, id: &str, body: impl ToString, baggage: &str) -> Answer {
    let request = Request::post(format!("/api/trace/synthetic/{id}"))
        .header("content-type", "application/json")
        .header("x-traffic-mode", "burst")
        .header("traceparent", TRACEPARENT)
        .header("baggage", baggage)
        .body(Body::from(body.to_string()))
        .unwrap();
    lab.send(request).await
}

fn persona() -> Value {
    json!({
        "region": "eu-west-1",
        "timezone": "Europe/Dublin",
        "device": "iphone",
        "network_type": "5g",
    })
}

#[tokio::test]
async fn a_report_names_the_persona_on_the_span_and_counts_it() {
    let lab = Lab::start().await;
    let answer = report(&lab, "run-7", persona(), "").await;
    assert_eq!(answer.status, 202);
    assert_eq!(answer.json(), json!({ "synthetic_id": "run-7", "trace_id": TRACE_ID }));
    let trace = lab.trace(TRACE_ID).await;
    let attributes = &trace["spans"][0]["attributes"];
    for (key, value) in [
        ("app.region", "eu-west-1"),
        ("app.timezone", "Europe/Dublin"),
        ("app.device", "iphone"),
        ("app.network_type", "5g"),
        ("app.traffic_mode", "burst"),
        ("app.synthetic_id", "run-7"),
        ("user_agent.synthetic.type", "test"),
    ] {
        assert_eq!(attributes[key], value, "{key}");
    }
    let metrics = lab.get("/metrics").await.body;
    for series in [
        r#"synthetic_requests_total{device="iphone",mode="burst",outcome="accepted",region="eu-west-1"} 1"#,
        r#"synthetic_request_duration_seconds_count{region="eu-west-1"} 1"#,
    ] {
        assert!(metrics.contains(series), "{metrics}");
    }
}

#[tokio::test]
async fn malformed_reports_are_refused_with_an_exception_event() {
    let lab = Lab::start().await;
    for (id, body, code) in [
        ("x", "{\"region\":".to_owned(), "malformed_json"),
        ("x", "{}".to_owned(), "invalid_body"),
        ("x%20y", persona().to_string(), "invalid_synthetic_id"),
        (&"x".repeat(65), persona().to_string(), "invalid_synthetic_id"),
    ] {
        report(&lab, id, body, "").await.problem(400, code);
    }
    let trace = lab.trace(TRACE_ID).await;
    for span in trace["spans"].as_array().unwrap() {
        assert_eq!(span["status"], "unset");
        assert_eq!(span["events"][0]["name"], "exception");
        assert!(span["events"][0]["attributes"]["exception.message"].is_string());
    }
}

/// A parser quotes what it does not know; nobody's telemetry is to grow by that.
#[tokio::test]
async fn what_a_refusal_quotes_is_cut() {
    let lab = Lab::start().await;
    let body = json!({ "n".repeat(60_000): 1 });
    let answer = report(&lab, "x", body, "").await;
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    answer.problem(400, "invalid_body");
    assert!(detail.contains("n…n") && detail.contains("expected one of"), "{detail}");
    let trace = lab.trace(TRACE_ID).await;
    let message = &trace["spans"][0]["events"][0]["attributes"]["exception.message"];
    assert!(message.as_str().unwrap().len() < 600, "{message}");
}

#[tokio::test]
async fn personas_in_the_baggage_reach_every_server_span() {
    let lab = Lab::start().await;
    let request = Request::get("/api/tasks")
        .header("traceparent", TRACEPARENT)
        .header("baggage", "app.region=asia-south-1,app.device=toaster,user.email=a@b.c")
        .body(Body::empty())
        .unwrap();
    assert_eq!(lab.send(request).await.status, 200);
    let trace = lab.trace(TRACE_ID).await;
    let spans = trace["spans"].as_array().unwrap();
    let server = spans.iter().find(|span| span["kind"] == "server").unwrap();
    assert_eq!(server["attributes"]["app.region"], "asia-south-1");
    assert_eq!(server["attributes"].get("app.device"), None);
    assert!(!trace.to_string().contains("a@b.c"));
}
