//! A collector that keeps what it is sent.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;
use tokio::net::TcpListener;

#[derive(Clone)]
pub(crate) struct Collector {
    pub(crate) url: String,
    bodies: Arc<Mutex<Vec<Value>>>,
}

impl Collector {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let collector = Self { url, bodies: Arc::default() };
        let app = Router::new()
            .route("/v1/traces", post(take))
            .route("/v1/logs", post(async || "{}"))
            .with_state(collector.clone());
        tokio::spawn(axum::serve(listener, app).into_future());
        collector
    }

    /// The bodies of all exports of spans so far.
    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.bodies.lock().unwrap().clone()
    }

    /// The traces of which this service has sent spans.
    pub(crate) fn traces(&self, service: &str) -> BTreeSet<String> {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let is_of = |resource: &Value| {
            list(&resource["resource"]["attributes"]).iter().any(|attribute| {
                attribute["key"] == "service.name" && attribute["value"]["stringValue"] == service
            })
        };
        self.bodies()
            .iter()
            .flat_map(|body| list(&body["resourceSpans"]))
            .filter(is_of)
            .flat_map(|resource| list(&resource["scopeSpans"]))
            .flat_map(|scope| list(&scope["spans"]))
            .map(|span| span["traceId"].as_str().unwrap().to_owned())
            .collect()
    }
}

async fn take(State(collector): State<Collector>, Json(body): Json<Value>) -> &'static str {
    collector.bodies.lock().unwrap().push(body);
    "{}"
}
