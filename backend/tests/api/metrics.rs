//! `/metrics`: names, labels and values.

use std::path::Path;
use std::process::Command;

use backend::metrics::REVISION;
use serde_json::json;

use crate::harness::Lab;

/// The value of the series, to the letter.
fn value(text: &str, series: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(series)?.trim().parse().ok())
}

#[tokio::test]
async fn requests_are_counted_by_route_template() {
    let lab = Lab::start().await;
    lab.add("a").await;
    lab.json("PUT", "/api/tasks/1", json!({ "completed": true })).await;
    lab.get("/api/tasks/77").await;
    lab.get("/nothing/here").await;
    lab.get("/health").await;
    let metrics = lab.get("/metrics").await;
    assert_eq!(metrics.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = &metrics.body;
    for (series, expected) in [
        (r#"http_requests_total{endpoint="/api/tasks",method="POST",status_code="201"}"#, 1.0),
        (r#"http_requests_total{endpoint="/api/tasks/{id}",method="PUT",status_code="200"}"#, 1.0),
        (r#"http_requests_total{endpoint="/api/tasks/{id}",method="GET",status_code="404"}"#, 1.0),
        (r#"http_requests_total{endpoint="unmatched",method="GET",status_code="404"}"#, 1.0),
        (
            r#"http_request_duration_seconds_count{endpoint="/api/tasks",method="POST",status_code="201"}"#,
            1.0,
        ),
        (
            r#"http_request_duration_seconds_count{endpoint="/",method="GET",status_code="200"}"#,
            0.0,
        ),
        (r#"http_errors_total{endpoint="/api/tasks",method="POST",status_code="500"}"#, 0.0),
        (r#"http_errors_total{endpoint="/api/tasks",method="POST",status_code="503"}"#, 0.0),
        (r#"http_errors_total{endpoint="/api/tasks",method="POST",status_code="507"}"#, 0.0),
        (r#"http_requests_total{endpoint="/api/tasks",method="POST",status_code="507"}"#, 0.0),
        (r#"http_requests_total{endpoint="/api/tasks",method="POST",status_code="500"}"#, 0.0),
        (r#"http_requests_total{endpoint="/api/tasks",method="POST",status_code="503"}"#, 0.0),
        (r#"db_query_duration_seconds_count{operation="INSERT"}"#, 1.0),
        (r#"db_query_duration_seconds_count{operation="UPDATE"}"#, 1.0),
        (r#"db_query_duration_seconds_count{operation="DELETE"}"#, 0.0),
        (r#"tasks{state="completed"}"#, 1.0),
        (r#"tasks{state="pending"}"#, 0.0),
        (r#"telemetry_dropped_total{reason="export_queue_full",signal="span"}"#, 0.0),
        (&format!(r#"build_info{{revision="{REVISION}",version="0.1.0"}}"#), 1.0),
        ("http_requests_in_flight", 0.0),
    ] {
        assert_eq!(value(text, series), Some(expected), "{series}\n{text}");
    }
    let created = r#"{endpoint="/api/tasks",method="POST",status_code="201""#;
    let took = value(text, &format!("http_request_duration_seconds_sum{created}}}")).unwrap();
    for bound in ["0.001", "0.0025", "0.5", "10"] {
        let series = format!(r#"http_request_duration_seconds_bucket{created},le="{bound}"}}"#);
        let within = f64::from(u8::from(took <= bound.parse().unwrap()));
        assert_eq!(value(text, &series), Some(within), "{series}\n{text}");
    }
    assert!(!text.contains("/health") && !text.contains("/metrics"), "{text}");
    assert!(value(text, "process_resident_memory_bytes").unwrap() > 0.0);
}

#[tokio::test]
async fn server_faults_are_errors() {
    let lab = Lab::start().await;
    lab.database.store.close().await;
    lab.get("/api/tasks").await.problem(503, "database_unavailable");
    let text = lab.get("/metrics").await.body;
    let series = r#"http_errors_total{endpoint="/api/tasks",method="GET",status_code="503"}"#;
    assert_eq!(value(&text, series), Some(1.0));
}

#[test]
fn the_revision_is_what_was_given_or_the_commit() {
    let git = || {
        let in_repository = Path::new("../.git").exists();
        let git = Command::new("git").args(["rev-parse", "--short=12", "HEAD"]).output().ok()?;
        let text = String::from_utf8(git.stdout).unwrap().trim().to_owned();
        (in_repository && git.status.success()).then_some(text)
    };
    let given = std::env::var("LAB_REVISION").ok().filter(|given| !given.is_empty());
    assert_eq!(REVISION, given.or_else(git).unwrap_or_else(|| "unknown".to_owned()));
}
