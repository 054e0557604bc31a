//! What answers carry for a browser, and what they keep from everybody.

use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Body;
use axum::http::{HeaderName, Request};
use backend::domain::smoke::SmokePlan;
use backend::domain::task::{NewTask, Task, TaskChanges, TaskQuery, TaskStats};
use backend::store::{Connections, StoreError, TaskStore};
use serde_json::json;
use time::OffsetDateTime;

use crate::harness::{Answer, Lab, TRACE_ID};

const CSP: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

async fn send(lab: &Lab, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header("host", "lab.test");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    lab.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn every_answer_narrows_what_a_page_may_do() {
    let lab = Lab::start().await;
    for (method, path, status) in [
        ("GET", "/", 200),
        ("HEAD", "/", 200),
        ("GET", "/api/tasks", 200),
        ("GET", "/api/tasks/7", 404),
        ("GET", "/api/simulate-error", 500),
        ("GET", "/nothing", 404),
        ("DELETE", "/metrics", 405),
        ("OPTIONS", "/api/tasks", 405),
        ("POST", "/api/tasks", 415),
        ("POST", "/otlp/v1/traces", 415),
        ("GET", "/health", 200),
        ("GET", "/metrics", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/assets/app-0123.js", 200),
        ("GET", "/assets/none.js", 404),
    ] {
        let answer = send(&lab, method, path, &[]).await;
        assert_eq!(answer.status, status, "{method} {path}");
        for (name, value) in [
            ("content-security-policy", CSP),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
        ] {
            assert_eq!(answer.header(name), value, "{method} {path}");
        }
        let kept = path == "/assets/app-0123.js";
        assert_eq!(answer.header("cache-control") != "no-store", kept, "{method} {path}");
        for name in ["server", "x-powered-by"] {
            assert_eq!(answer.header(name), "", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn other_sites_are_given_no_access() {
    let lab = Lab::start().await;
    for (method, path) in [
        ("OPTIONS", "/api/tasks"),
        ("OPTIONS", "/otlp/v1/traces"),
        ("GET", "/api/tasks"),
        ("GET", "/api/traces/11111111111111111111111111111111"),
        ("POST", "/api/tasks"),
        ("DELETE", "/api/tasks/1"),
        ("POST", "/otlp/v1/traces"),
    ] {
        for origin in ["https://evil.test", "null"] {
            let headers = [
                ("origin", origin),
                ("access-control-request-method", "DELETE"),
                ("access-control-request-headers", "traceparent"),
            ];
            let answer = send(&lab, method, path, &headers).await;
            let names: Vec<_> = answer.headers.keys().map(HeaderName::as_str).collect();
            assert!(!names.iter().any(|name| name.starts_with("access-control")), "{names:?}");
            let changes = !matches!(method, "GET" | "OPTIONS");
            assert_eq!(answer.status == 403, changes, "{method} {path} {origin}");
        }
    }
}

/// A store of which every call fails in the same way.
struct Broken(fn() -> StoreError);

/// What stands in each cause and must never be seen by a client.
const MARKER: &str = "hunter2@db.internal:5432";

#[async_trait]
impl TaskStore for Broken {
    async fn list(&self, _: TaskQuery) -> Result<Vec<Task>, StoreError> {
        Err(self.0())
    }

    async fn get(&self, _: i64) -> Result<Option<Task>, StoreError> {
        Err(self.0())
    }

    async fn stats(&self) -> Result<TaskStats, StoreError> {
        Err(self.0())
    }

    async fn create(&self, _: &NewTask, _: OffsetDateTime) -> Result<Task, StoreError> {
        Err(self.0())
    }

    async fn update(
        &self,
        _: i64,
        _: &TaskChanges,
        _: OffsetDateTime,
    ) -> Result<Option<Task>, StoreError> {
        Err(self.0())
    }

    async fn delete(&self, _: i64) -> Result<bool, StoreError> {
        Err(self.0())
    }

    async fn smoke(&self, _: SmokePlan, _: OffsetDateTime) -> Result<(), StoreError> {
        Err(self.0())
    }

    async fn count(&self) -> Result<TaskStats, StoreError> {
        Err(self.0())
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Err(self.0())
    }

    fn connections(&self) -> Connections {
        Connections::default()
    }

    async fn close(&self) {}
}

fn refused() -> StoreError {
    sqlx::Error::Decode(MARKER.into()).into()
}

fn away() -> StoreError {
    sqlx::Error::Protocol(MARKER.into()).into()
}

fn panics() -> StoreError {
    panic!("{MARKER}")
}

#[tokio::test]
async fn a_fault_of_ours_is_explained_in_the_log_alone() {
    let faults: [(fn() -> StoreError, _, _); 3] = [
        (refused, 500, "database_error"),
        (away, 503, "database_unavailable"),
        (panics, 500, "internal_error"),
    ];
    for (fault, status, code) in faults {
        for (method, path, body) in [
            ("GET", "/api/tasks", json!(null)),
            ("POST", "/api/tasks", json!({ "title": "a" })),
            ("GET", "/api/tasks/1", json!(null)),
            ("PUT", "/api/tasks/1", json!({ "completed": true })),
            ("PATCH", "/api/tasks/1", json!({ "completed": true })),
            ("DELETE", "/api/tasks/1", json!(null)),
            ("POST", "/api/smoke/db?ops=1", json!(null)),
            ("GET", "/ready", json!(null)),
            ("GET", "/", json!(null)),
        ] {
            let lab = Lab::start_with(|parts| parts.store = Arc::new(Broken(fault))).await;
            let answer = lab.json(method, path, body).await;
            answer.problem(status, code);
            let page = send(&lab, "GET", "/", &[("accept", "text/html")]).await;
            assert_eq!(page.status, status);
            for answer in [&answer, &page] {
                let shown = format!("{} {:?}", answer.body, answer.headers);
                assert!(!shown.contains("hunter2") && !shown.contains("sqlx"), "{shown}");
            }
            let lines = lab.lines();
            let told = lines.iter().any(|line| {
                line["level"] == "ERROR"
                    && line["app.error.code"] == code
                    && line["exception.message"].as_str().unwrap().contains(MARKER)
                    // A probe has no span.
                    && (line["trace_id"] == TRACE_ID || path == "/ready")
            });
            assert!(told, "{method} {path} {code}: {lines:#?}");
        }
    }
}
