//! The endpoints that misbehave on request.

use std::time::Instant;

use serde_json::json;

use crate::harness::{Lab, TRACE_ID};

#[tokio::test]
async fn a_simulated_error_is_a_500_in_every_signal() {
    let lab = Lab::start().await;
    let answer = lab.json("GET", "/api/simulate-error", "").await;
    assert_eq!(answer.problem(500, "simulated_error"), TRACE_ID);
    let trace = lab.trace(TRACE_ID).await;
    let span = &trace["spans"][0];
    assert_eq!(
        (&span["name"], &span["status"]),
        (&json!("GET /api/simulate-error"), &json!("error"))
    );
    assert_eq!(span["attributes"]["error.type"], "500");
    let metrics = lab.get("/metrics").await.body;
    let series =
        r#"http_errors_total{endpoint="/api/simulate-error",method="GET",status_code="500"} 1"#;
    assert!(metrics.contains(series), "{metrics}");
    let lines = lab.lines();
    assert!(lines.iter().any(|line| line["level"] == "ERROR" && line["trace_id"] == TRACE_ID));
}

#[tokio::test]
async fn a_slow_answer_takes_the_time_that_was_asked_for() {
    let lab = Lab::start().await;
    let start = Instant::now();
    let answer = lab.get("/api/simulate-slow?delay=0.2").await;
    assert_eq!((answer.status.as_u16(), answer.json()["delay"].as_f64()), (200, Some(0.2)));
    assert!(start.elapsed().as_secs_f64() >= 0.2);
    for delay in ["-1", "30.1", "NaN", "inf", "1e9"] {
        let path = format!("/api/simulate-slow?delay={delay}");
        lab.get(&path).await.problem(400, "delay_out_of_range");
    }
    lab.get("/api/simulate-slow?delay=long").await.problem(400, "invalid_query");
}

#[tokio::test]
async fn a_smoke_test_leaves_nothing_behind() {
    let lab = Lab::start().await;
    lab.add("kept").await;
    for (query, read, write) in
        [("ops=301&type=rw", 151, 150), ("ops=7&type=read", 7, 0), ("ops=5&type=write", 0, 5)]
    {
        let answer = lab.json("POST", &format!("/api/smoke/db?{query}"), "").await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let body = answer.json();
        assert_eq!(body["ok"], true);
        assert_eq!(body["performed"], json!({ "read": read, "write": write }));
        assert_eq!(body["requested_ops"], read + write);
    }
    assert_eq!(lab.get("/api/tasks").await.json()["stats"]["total"], 1);
    let trace = lab.trace(TRACE_ID).await;
    let batch = |name: &str, size: i64| {
        trace["spans"].as_array().unwrap().iter().any(|span| {
            span["name"] == name && span["attributes"]["db.operation.batch.size"] == size
        })
    };
    assert!(batch("BATCH SELECT tasks", 151) && batch("BATCH INSERT tasks", 150), "{trace:#}");
}

#[tokio::test]
async fn a_smoke_test_has_bounds() {
    let lab = Lab::start().await;
    for (query, code) in [
        ("ops=0", "ops_out_of_range"),
        ("ops=-5", "ops_out_of_range"),
        ("ops=10001", "ops_out_of_range"),
        ("ops=99999999999999999999", "invalid_query"),
        ("ops=many", "invalid_query"),
        ("type=drop", "unknown_smoke_type"),
    ] {
        let path = format!("/api/smoke/db?{query}");
        lab.json("POST", &path, "").await.problem(400, code);
    }
}
