//! Spans and log lines are output: names, parents, attributes and values.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::harness::{Lab, TRACE_ID, TRACEPARENT};

/// The spans of a trace whose name is `name`.
fn named<'t>(trace: &'t Value, name: &str) -> Vec<&'t Value> {
    trace["spans"].as_array().unwrap().iter().filter(|span| span["name"] == name).collect()
}

#[tokio::test]
async fn a_create_is_a_server_span_with_an_insert_below() {
    let lab = Lab::start().await;
    let request = Request::post("/api/tasks")
        .header("content-type", "application/json")
        .header("host", "lab.test:8080")
        .header("user-agent", "test/1")
        .header("traceparent", TRACEPARENT)
        .body(Body::from("{\"title\":\"a\"}"))
        .unwrap();
    assert_eq!(lab.send(request).await.status, 201);
    let trace = lab.trace(TRACE_ID).await;

    assert_eq!(trace["spans"].as_array().unwrap().len(), 2);
    let server = named(&trace, "POST /api/tasks")[0];
    assert_eq!(server["kind"], "server");
    assert_eq!(server["service"], "task-backend");
    assert_eq!(server["parent_span_id"], "b7ad6b7169203331");
    assert_eq!(server["status"], "unset");
    assert_eq!(
        server["attributes"],
        json!({
            "http.request.method": "POST",
            "http.route": "/api/tasks",
            "http.response.status_code": 201,
            "network.protocol.version": "1.1",
            "server.address": "lab.test",
            "server.port": 8080,
            "url.path": "/api/tasks",
            "url.scheme": "http",
            "user_agent.original": "test/1",
        })
    );

    let insert = named(&trace, "INSERT tasks")[0];
    assert_eq!(insert["kind"], "client");
    assert_eq!(insert["parent_span_id"], server["span_id"]);
    let mut attributes = json!({
        "db.system.name": lab.database.system,
        "db.namespace": lab.database.namespace,
        "db.collection.name": "tasks",
        "db.operation.name": "INSERT",
        "db.query.text": "INSERT INTO tasks (title, description, completed, created_at, \
            updated_at) VALUES ($1, $2, $3, $4, $4) RETURNING id, title, description, \
            completed, created_at, updated_at",
        "db.response.returned_rows": 1,
    });
    if lab.database.system == "postgresql" {
        attributes["server.address"] = insert["attributes"]["server.address"].clone();
        attributes["server.port"] = insert["attributes"]["server.port"].clone();
        assert!(attributes["server.port"].is_i64() && attributes["server.address"].is_string());
    }
    assert_eq!(insert["attributes"], attributes);

    let messages: Vec<_> =
        trace["logs"].as_array().unwrap().iter().map(|line| &line["message"]).collect();
    assert_eq!(messages, ["Created task 1", "POST /api/tasks 201"]);
    // The caller's span was never sent.
    assert_eq!(trace["complete"], false);
}

#[tokio::test]
async fn every_access_line_carries_its_trace() {
    let lab = Lab::start().await;
    lab.json("PUT", "/api/tasks/9", "{\"completed\":true}").await;
    let lines = lab.lines();
    let access: Vec<_> = lines.iter().filter(|line| line["target"] == "access").collect();
    assert_eq!(access.len(), 1);
    let line = access[0].as_object().unwrap();
    for (key, value) in [
        ("level", json!("INFO")),
        ("message", json!("PUT /api/tasks/9 404")),
        ("service.name", json!("task-backend")),
        ("trace_id", json!(TRACE_ID)),
        ("http.request.method", json!("PUT")),
        ("http.route", json!("/api/tasks/{id}")),
        ("url.path", json!("/api/tasks/9")),
        ("http.response.status_code", json!(404)),
        ("app.error.code", json!("task_not_found")),
    ] {
        assert_eq!(line[key], value, "{key}");
    }
    assert!(line["http.server.request.duration"].as_f64().unwrap() > 0.0);
    assert_eq!(line["span_id"].as_str().unwrap().len(), 16);
}

#[tokio::test]
async fn a_broken_traceparent_starts_a_new_trace() {
    let lab = Lab::start().await;
    for broken in [
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-01",
        "00-xyz7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "nonsense",
        "",
    ] {
        let request =
            Request::get("/api/tasks/9").header("traceparent", broken).body(Body::empty()).unwrap();
        let trace_id = lab.send(request).await.problem(404, "task_not_found");
        assert_ne!(trace_id, TRACE_ID, "{broken}");
        let trace = lab.trace(&trace_id).await;
        let server = named(&trace, "GET /api/tasks/{id}")[0];
        assert_eq!(server["parent_span_id"], Value::Null);
        assert_eq!(trace["complete"], true);
    }
}

#[tokio::test]
async fn a_trace_that_the_caller_does_not_sample_is_not_kept() {
    let lab = Lab::start().await;
    let request = Request::get("/api/tasks/9")
        .header("traceparent", format!("00-{TRACE_ID}-b7ad6b7169203331-00"))
        .body(Body::empty())
        .unwrap();
    assert_eq!(lab.send(request).await.problem(404, "task_not_found"), TRACE_ID);
    assert_eq!(lab.trace(TRACE_ID).await["code"], "trace_not_found");
}

#[tokio::test]
async fn unmatched_routes_and_odd_methods_have_bounded_names() {
    let lab = Lab::start().await;
    lab.json("BREW", "/coffee/1", "").await.problem(404, "route_not_found");
    let trace = lab.trace(TRACE_ID).await;
    let server = named(&trace, "HTTP")[0];
    assert_eq!(server["attributes"]["http.request.method"], "_OTHER");
    assert_eq!(server["attributes"]["http.request.method_original"], "BREW");
    assert_eq!(server["attributes"].get("http.route"), None);
}

#[tokio::test]
async fn probes_and_polling_make_no_spans_and_no_lines() {
    let lab = Lab::start().await;
    for path in ["/health", "/ready", "/metrics", "/api/traces/xyz", "/assets/none.js"] {
        let request =
            Request::get(path).header("traceparent", TRACEPARENT).body(Body::empty()).unwrap();
        lab.send(request).await;
    }
    assert_eq!(lab.trace(TRACE_ID).await["code"], "trace_not_found");
    assert_eq!(lab.lines(), Vec::<Value>::new());
}
