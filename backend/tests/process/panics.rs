//! A handler that panics in a running server.
//!
//! No request makes a handler panic that we know of. So this test's own program is
//! started once more as a server that differs from the real one in its store alone,
//! which panics: what it shows is the panic hook, the layers around a handler and the
//! server. That `backend serve` puts the same parts together is for the other tests.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use backend::alerts::FiringAlerts;
use backend::assets::Assets;
use backend::clock::SystemClock;
use backend::config::Limits;
use backend::config::proxies::TrustedProxies;
use backend::domain::smoke::SmokePlan;
use backend::domain::task::{NewTask, Task, TaskChanges, TaskQuery, TaskStats};
use backend::links::Links;
use backend::metrics::Metrics;
use backend::state::{AppState, Parts};
use backend::store::{Connections, StoreError, TaskStore};
use backend::traces::sink::StoreSink;
use backend::traces::{RemoteStores, TraceStore};
use backend::{router, server};
use serde_json::{Value, json};
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::lab::Lab;
use crate::load::{client, status, text, until};

const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_a_500_with_its_trace_and_the_server_lives_on() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "panics::a_server_whose_store_panics", "--nocapture"]);
    let lab = Lab::run(command, TempDir::new().unwrap());
    let tasks = format!("{}/api/tasks", lab.url);
    let request = client()
        .post(&tasks)
        .header("traceparent", format!("00-{TRACE_ID}-b7ad6b7169203331-01"))
        .json(&json!({ "title": "a task" }));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 500);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem = answer.text().await.unwrap();
    assert!(!problem.contains("bottom"), "{problem}");
    let problem: Value = serde_json::from_str(&problem).unwrap();
    assert_eq!(
        (&problem["code"], &problem["trace_id"]),
        (&json!("internal_error"), &json!(TRACE_ID))
    );

    // It lives on, and panics again.
    assert_eq!(status(&format!("{}/health", lab.url)).await, 200);
    assert_eq!(status(&tasks).await, 500);
    let metrics = text(&format!("{}/metrics", lab.url)).await;
    for method in ["GET", "POST"] {
        let counted = format!(
            r#"http_errors_total{{endpoint="/api/tasks",method="{method}",status_code="500"}} 1"#
        );
        assert!(metrics.contains(&counted), "{metrics}");
    }
    assert!(metrics.contains("http_requests_in_flight 0"), "{metrics}");

    let trace = format!("{}/api/traces/{TRACE_ID}", lab.url);
    until("the span", async || status(&trace).await == 200).await;
    let trace: Value = serde_json::from_str(&text(&trace).await).unwrap();
    let server = &trace["spans"][0];
    assert_eq!((&server["name"], &server["status"]), (&json!("POST /api/tasks"), &json!("error")));
    assert_eq!(server["attributes"]["error.type"], "500");
    assert_eq!(server["attributes"]["app.error.code"], "internal_error");

    let (code, _, lines) = tokio::task::spawn_blocking(|| lab.stop()).await.unwrap();
    assert_eq!(code, Some(0));
    let of_trace: Vec<_> = lines.iter().filter(|line| line["trace_id"] == TRACE_ID).collect();
    let panic = of_trace.iter().find(|line| line["target"] == "panic").unwrap();
    assert_eq!(panic["level"], "ERROR");
    assert_eq!(panic["exception.type"], "panic");
    assert_eq!(panic["exception.message"], "the bottom fell out");
    assert!(panic["code.location"].as_str().unwrap().contains("panics.rs:"), "{panic}");
    let cause = "The request failed: a handler panicked: the bottom fell out";
    let failed = of_trace.iter().find(|line| line["message"] == cause).unwrap();
    assert_eq!(
        (&failed["level"], &failed["app.error.code"]),
        (&json!("ERROR"), &json!("internal_error"))
    );
    assert!(of_trace.iter().any(|line| line["message"] == "POST /api/tasks 500"), "{of_trace:?}");
}

/// Not a test: the server of the one above, until SIGTERM.
#[test]
#[ignore = "a server that another test starts"]
fn a_server_whose_store_panics() {
    let config = telemetry::Config::from_lookup("task-backend", "0", &|_| None).unwrap();
    let traces = TraceStore::new("task-backend", backend::traces::Limits::default());
    let sink = StoreSink(Arc::clone(&traces));
    let telemetry = telemetry::install(&config, Some(Box::new(sink))).unwrap();
    let limits = Limits::default();
    let state = AppState::new(Parts {
        store: Arc::new(Panicking),
        clock: Arc::new(SystemClock),
        metrics: Metrics::new().unwrap(),
        alerts: FiringAlerts::default(),
        traces,
        remote: RemoteStores::default(),
        dropped: telemetry.dropped(),
        forwarder: telemetry.forwarder(),
        assets: Assets::load(Path::new("none")),
        proxies: TrustedProxies::default(),
        links: Links::default(),
        sample_ratio: 1.0,
        limits: limits.clone(),
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        tracing::info!("Listening on http://{}", listener.local_addr().unwrap());
        let stop = async {
            assert!(terminate.recv().await.is_some());
            "SIGTERM"
        };
        server::serve(listener, router::build(state), &limits, stop).await;
    });
    assert!(telemetry.shutdown(Duration::from_secs(10)));
}

struct Panicking;

#[async_trait]
impl TaskStore for Panicking {
    async fn list(&self, _: TaskQuery) -> Result<Vec<Task>, StoreError> {
        panic!("the bottom fell out")
    }

    async fn get(&self, _: i64) -> Result<Option<Task>, StoreError> {
        panic!("the bottom fell out")
    }

    async fn stats(&self) -> Result<TaskStats, StoreError> {
        panic!("the bottom fell out")
    }

    async fn create(&self, _: &NewTask, _: OffsetDateTime) -> Result<Task, StoreError> {
        panic!("the bottom fell out")
    }

    async fn update(
        &self,
        _: i64,
        _: &TaskChanges,
        _: OffsetDateTime,
    ) -> Result<Option<Task>, StoreError> {
        panic!("the bottom fell out")
    }

    async fn delete(&self, _: i64) -> Result<bool, StoreError> {
        panic!("the bottom fell out")
    }

    async fn smoke(&self, _: SmokePlan, _: OffsetDateTime) -> Result<(), StoreError> {
        panic!("the bottom fell out")
    }

    async fn count(&self) -> Result<TaskStats, StoreError> {
        Ok(TaskStats { total: 0, completed: 0 })
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn connections(&self) -> Connections {
        Connections::default()
    }

    async fn close(&self) {}
}
