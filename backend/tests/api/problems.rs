//! Bad input: a clear answer each time, and nothing is lost.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::harness::{Lab, TRACE_ID};

#[tokio::test]
async fn bad_tasks_are_refused_and_the_good_ones_stay() {
    let lab = Lab::start().await;
    lab.add("kept").await;
    let title = |text: String| json!({ "title": text }).to_string();
    for (body, status, code) in [
        (title(String::new()), 400, "title_empty"),
        (title(" \n\t".into()), 400, "title_empty"),
        (title("é".repeat(201)), 400, "title_too_long"),
        (title("a\0b".into()), 400, "nul_character"),
        (
            json!({ "title": "a", "description": "x".repeat(10_001) }).to_string(),
            400,
            "description_too_long",
        ),
        ("{\"title\":".into(), 400, "malformed_json"),
        (String::new(), 400, "malformed_json"),
        ("{\"title\":\"\\ud800\"}".into(), 400, "malformed_json"),
        ("{}".into(), 400, "invalid_body"),
        ("[]".into(), 400, "invalid_body"),
        (" [\"a\", \"b\", true]".into(), 400, "invalid_body"),
        (json!({ "title": "a", "colour": "red" }).to_string(), 400, "invalid_body"),
        ("{\"title\":\"a\",\"title\":\"b\"}".into(), 400, "invalid_body"),
        (json!({ "title": 1 }).to_string(), 400, "invalid_body"),
        (json!({ "title": "a", "completed": "yes" }).to_string(), 400, "invalid_body"),
        (title("x".repeat(70_000)), 413, "body_too_large"),
    ] {
        let answer = lab.json("POST", "/api/tasks", &body).await;
        assert_eq!(answer.problem(status, code), TRACE_ID);
    }
    let list = lab.get("/api/tasks").await.json();
    assert_eq!((&list["count"], &list["tasks"][0]["title"]), (&json!(1), &json!("kept")));
}

#[tokio::test]
async fn other_media_types_are_refused() {
    let lab = Lab::start().await;
    for media_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let request = Request::post("/api/tasks")
            .header("content-type", media_type)
            .body(Body::from("{\"title\":\"a\"}"))
            .unwrap();
        lab.send(request).await.problem(415, "unsupported_media_type");
    }
    let form = Request::post("/tasks")
        .header("content-type", "application/json")
        .body(Body::from("{\"title\":\"a\"}"))
        .unwrap();
    lab.send(form).await.problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn unknown_things_are_named() {
    let lab = Lab::start().await;
    for (method, path, status, code) in [
        ("GET", "/api/tasks/7", 404, "task_not_found"),
        ("PUT", "/api/tasks/7", 404, "task_not_found"),
        ("DELETE", "/api/tasks/7", 404, "task_not_found"),
        ("GET", "/api/tasks/0", 400, "invalid_task_id"),
        ("GET", "/api/tasks/-1", 400, "invalid_task_id"),
        ("GET", "/api/tasks/9223372036854775808", 400, "invalid_task_id"),
        ("GET", "/api/tasks/seven", 400, "invalid_task_id"),
        ("GET", "/api/tasks/%FF", 400, "invalid_task_id"),
        ("GET", "/api/tasks?limit=0", 400, "limit_out_of_range"),
        ("GET", "/api/tasks?limit=1001", 400, "limit_out_of_range"),
        ("GET", "/api/tasks?limit=many", 400, "invalid_query"),
        ("GET", "/api/tasks?after=x", 400, "invalid_cursor"),
        ("GET", "/api/nothing", 404, "route_not_found"),
        ("POST", "/api/tasks/7", 405, "method_not_allowed"),
        ("BREW", "/api/tasks", 405, "method_not_allowed"),
        ("GET", "/api/traces/xyz", 400, "invalid_trace_id"),
        ("GET", "/api/traces/00000000000000000000000000000000", 400, "invalid_trace_id"),
        ("GET", "/api/traces/0AF7651916CD43DD8448EB211C80319C", 400, "invalid_trace_id"),
        ("GET", "/api/traces/11111111111111111111111111111111", 404, "trace_not_found"),
        ("DELETE", "/metrics", 405, "method_not_allowed"),
    ] {
        lab.json(method, path, "{}").await.problem(status, code);
    }
}

#[tokio::test]
async fn other_sites_cannot_change_anything() {
    let lab = Lab::start().await;
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "http://evil.test")] {
        let request = Request::post("/api/tasks")
            .header("content-type", "application/json")
            .header("host", "lab.test")
            .header(name, value)
            .body(Body::from("{\"title\":\"a\"}"))
            .unwrap();
        lab.send(request).await.problem(403, "cross_site");
    }
    assert_eq!(lab.get("/api/tasks").await.json()["count"], 0);
}

#[tokio::test]
async fn a_lost_database_is_a_503_with_the_cause_in_the_log_alone() {
    let lab = Lab::start().await;
    lab.database.store.close().await;
    let answer = lab.json("POST", "/api/tasks", json!({ "title": "a" })).await;
    answer.problem(503, "database_unavailable");
    assert_eq!(answer.header("retry-after"), "1");
    lab.get("/ready").await.problem(503, "database_unavailable");
    assert_eq!(lab.get("/health").await.status, 200);
    assert_eq!(lab.get("/metrics").await.status, 200);

    let trace = lab.trace(TRACE_ID).await;
    let spans = trace["spans"].as_array().unwrap();
    let insert = spans.iter().find(|span| span["name"] == "INSERT tasks").unwrap();
    assert_eq!(insert["status"], "error");
    assert_eq!(insert["attributes"]["error.type"], "database_unavailable");
    let server = spans.iter().find(|span| span["name"] == "POST /api/tasks").unwrap();
    assert_eq!(server["status"], "error");
    assert_eq!(server["attributes"]["error.type"], "503");

    let lines = lab.lines();
    let error =
        lines.iter().find(|line| line["level"] == "ERROR" && line["trace_id"] == TRACE_ID).unwrap();
    let cause = error["exception.message"].as_str().unwrap();
    assert!(cause.contains("closed") && !answer.body.contains(cause), "{cause}");
}
