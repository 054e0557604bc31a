//! A lab in a test: router, store, telemetry into the trace store and into memory.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use backend::alerts::FiringAlerts;
use backend::assets::Assets;
use backend::clock::FixedClock;
use backend::config::proxies::TrustedProxies;
use backend::links::Links;
use backend::metrics::Metrics;
use backend::state::{AppState, Parts};
use backend::traces::sink::StoreSink;
use backend::traces::{Limits, RemoteStores, TraceStore};
use http_body_util::BodyExt;
use serde_json::Value;
use telemetry::Telemetry;
use time::macros::datetime;
use tower::ServiceExt;
use tracing::dispatcher::DefaultGuard;

use crate::engine::Database;

/// 2026-01-31T12:00:00.000001Z: what the lab's clock shows.
pub(crate) const NOW: &str = "2026-01-31T12:00:00.000001Z";

pub(crate) const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";
pub(crate) const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

pub(crate) struct Lab {
    router: Router,
    pub(crate) database: Database,
    telemetry: Telemetry,
    lines: Lines,
    _dispatch: DefaultGuard,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lab {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// A lab of which `change` replaces parts.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Parts)) -> Self {
        let config = telemetry::Config::from_lookup("task-backend", "0", &|_| None).unwrap();
        let traces = TraceStore::new("task-backend", Limits::default());
        let sink = StoreSink(Arc::clone(&traces));
        let lines = Lines::default();
        let pipeline = telemetry::build(&config, lines.clone(), Some(Box::new(sink))).unwrap();
        opentelemetry::global::set_text_map_propagator(telemetry::propagation::composite(
            &config.propagators,
        ));
        // Tests run on one thread each, so that the default of this thread is enough.
        let dispatch = tracing::dispatcher::set_default(&pipeline.dispatch);

        let metrics = Metrics::new().unwrap();
        let database = match std::env::var("LAB_TEST_ENGINE").as_deref() {
            Ok("postgres") => Database::postgres(&metrics).await.unwrap(),
            _ => Database::sqlite(&metrics).await,
        };
        let assets = database.folder.path().join("assets");
        std::fs::create_dir(&assets).unwrap();
        for (name, content) in [
            ("manifest.json", r#"{"app.js":"app-0123.js","app.css":"app-4567.css"}"#),
            ("app-0123.js", "export {};"),
            ("app-4567.css", "body {}"),
        ] {
            std::fs::write(assets.join(name), content).unwrap();
        }
        let mut parts = Parts {
            store: Arc::clone(&database.store),
            clock: Arc::new(FixedClock(datetime!(2026-01-31 12:00:00.000001999 UTC))),
            metrics,
            alerts: FiringAlerts::default(),
            traces,
            remote: RemoteStores::default(),
            dropped: pipeline.telemetry.dropped(),
            forwarder: pipeline.telemetry.forwarder(),
            assets: Assets::load(&assets),
            proxies: TrustedProxies::default(),
            links: Links::default(),
            sample_ratio: 0.25,
            limits: backend::config::Limits::default(),
        };
        change(&mut parts);
        Self {
            router: backend::router::build(AppState::new(parts)),
            database,
            telemetry: pipeline.telemetry,
            lines,
            _dispatch: dispatch,
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Sends JSON, with [`TRACEPARENT`].
    pub(crate) async fn json(&self, method: &str, path: &str, body: impl ToString) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .header("host", "lab.test:8080")
            .header("traceparent", TRACEPARENT)
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }

    pub(crate) async fn add(&self, title: &str) -> i64 {
        let answer = self.json("POST", "/api/tasks", serde_json::json!({ "title": title })).await;
        answer.json()["id"].as_i64().unwrap()
    }

    /// One trace, after everything recorded so far has reached the store.
    pub(crate) async fn trace(&self, trace_id: &str) -> Value {
        assert!(self.telemetry.flush(Duration::from_secs(10)));
        self.get(&format!("/api/traces/{trace_id}")).await.json()
    }

    /// The log lines, after the last one has been written.
    pub(crate) fn lines(self) -> Vec<Value> {
        let Self { telemetry, lines, .. } = self;
        assert!(telemetry.shutdown(Duration::from_secs(10)));
        let bytes = lines.0.lock().unwrap();
        bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {} {}", self.status, self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Checks that this is a problem with status and code, whose body agrees with
    /// itself, and gives its trace id.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> String {
        let body = self.json();
        assert_eq!(self.status.as_u16(), status, "{body}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["status"], status);
        assert_eq!(body["type"], format!("/problems/{code}"));
        assert_eq!(body["detail"], body["error"]);
        assert!(!body["detail"].as_str().unwrap().is_empty() && body["title"].is_string());
        let trace_id = body["trace_id"].as_str().unwrap();
        assert_eq!(trace_id.len(), 32, "{body}");
        assert_ne!(trace_id, "0".repeat(32));
        trace_id.to_owned()
    }
}
