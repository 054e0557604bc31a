//! The API's description.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::Lab;

#[tokio::test]
async fn every_operation_is_described_with_its_problems() {
    let lab = Lab::start().await;
    let answer = lab.get("/openapi.json").await;
    assert_eq!(answer.header("content-type"), "application/json");
    let document = answer.json();
    assert_eq!(lab.get("/openapi.json").await.body, answer.body);
    let mut operations = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            operations.insert(format!("{} {path}", method.to_uppercase()));
            let responses = operation["responses"].as_object().unwrap();
            // What any request may meet before its handler runs, or in its place.
            for status in ["414", "500", "503"] {
                assert!(responses.contains_key(status), "{method} {path} {status}");
            }
            for (status, response) in responses {
                let problem = &response["content"]["application/problem+json"];
                assert_eq!(
                    problem.is_object(),
                    status.as_str() >= "400",
                    "{method} {path} {status}"
                );
            }
        }
    }
    let expected = [
        "DELETE /api/tasks/{id}",
        "GET /api/alerts",
        "GET /api/simulate-error",
        "GET /api/simulate-slow",
        "GET /api/tasks",
        "GET /api/tasks/{id}",
        "GET /api/traces/{trace_id}",
        "GET /health",
        "GET /metrics",
        "GET /ready",
        "PATCH /api/tasks/{id}",
        "POST /api/smoke/db",
        "POST /api/tasks",
        "POST /api/trace/synthetic/{id}",
        "PUT /api/tasks/{id}",
    ];
    assert_eq!(operations.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn every_object_is_closed() {
    let lab = Lab::start().await;
    let document = lab.get("/openapi.json").await.json();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        if schema["properties"].is_object() {
            assert_eq!(schema["additionalProperties"], Value::Bool(false), "{name}");
        }
    }
}
