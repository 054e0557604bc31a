//! The original lab's client: its calls, word for word, and what it reads of the answers.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::harness::{Answer, Lab, TRACE_ID, TRACEPARENT};

/// A call as that client makes it: JSON headers always, and the name of what it does.
async fn call(lab: &Lab, operation: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json")
        .header("x-operation", operation)
        .header("traceparent", TRACEPARENT)
        .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
        .unwrap();
    lab.send(request).await
}

#[tokio::test]
async fn the_original_client_works_unchanged() {
    let lab = Lab::start().await;

    let task = json!({ "title": "Buy milk", "description": "", "completed": false });
    let created = call(&lab, "create_task", "POST", "/api/tasks", Some(task)).await;
    assert_eq!(created.status, 201);
    let id = created.json()["id"].as_i64().unwrap();

    let listed = call(&lab, "list_tasks", "GET", "/api/tasks", None).await;
    assert_eq!(listed.status, 200);
    let listed = listed.json()["tasks"].clone();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["id"]), (1, &json!(id)));
    assert_eq!((&listed[0]["title"], &listed[0]["completed"]), (&json!("Buy milk"), &json!(false)));
    // It hands this to the browser's `new Date()`.
    let created_at = listed[0]["created_at"].as_str().unwrap();
    assert!(created_at.ends_with('Z') && created_at.contains('T'), "{created_at}");

    let path = format!("/api/tasks/{id}");
    let change = Some(json!({ "completed": true }));
    let changed = call(&lab, "update_task", "PUT", &path, change).await;
    assert_eq!((changed.status.as_u16(), &changed.json()["completed"]), (200, &json!(true)));
    assert_eq!(changed.json()["title"], "Buy milk");

    assert_eq!(call(&lab, "delete_task", "DELETE", &path, None).await.status, 200);
    let listed = call(&lab, "list_tasks", "GET", "/api/tasks", None).await.json();
    assert_eq!(listed["tasks"], json!([]));

    // What it shows of a refusal is `error`.
    let gone = call(&lab, "delete_task", "DELETE", &path, None).await;
    assert_eq!((gone.status.as_u16(), &gone.json()["error"]), (404, &json!("There is no task 1.")));
    let failed = call(&lab, "simulate_error", "GET", "/api/simulate-error", None).await;
    assert_eq!(failed.status, 500);
    assert!(!failed.json()["error"].as_str().unwrap().is_empty());

    let smoke = "/api/smoke/db?ops=300&type=rw";
    let smoke = call(&lab, "smoke_db", "POST", smoke, None).await;
    assert_eq!(smoke.status, 200);
    let performed = smoke.json()["performed"].clone();
    assert_eq!((&performed["read"], &performed["write"]), (&json!(150), &json!(150)));

    // The clock jumps over the two seconds.
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    let slow = call(&lab, "simulate_slow", "GET", "/api/simulate-slow?delay=2", None).await;
    assert_eq!(slow.status, 200);
    assert_eq!(start.elapsed().as_secs(), 2);
    tokio::time::resume();

    let trace = lab.trace(TRACE_ID).await;
    let servers = trace["spans"].as_array().unwrap().iter().filter(|span| span["kind"] == "server");
    let operations: Vec<_> = servers.map(|span| &span["attributes"]["app.operation"]).collect();
    assert_eq!(operations.len(), 9, "{operations:?}");
    assert!(operations.contains(&&json!("create_task")), "{operations:?}");
}
