//! An OTLP/HTTP receiver that decodes what arrives.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use prost::Message;
use tokio::net::TcpListener;

#[derive(Clone, Default)]
pub(crate) struct Collector {
    received: Arc<Mutex<Received>>,
    delay: Duration,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Received {
    pub(crate) traces: Vec<ExportTraceServiceRequest>,
    pub(crate) logs: Vec<ExportLogsServiceRequest>,
    /// Those of the last request for spans.
    pub(crate) headers: HeaderMap,
}

impl Collector {
    /// Listens on a free port; each answer takes `delay`.
    pub(crate) async fn start(delay: Duration) -> (Self, SocketAddr) {
        let collector = Self { delay, ..Self::default() };
        let app = Router::new()
            .route("/v1/traces", post(traces))
            .route("/v1/logs", post(logs))
            .with_state(collector.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        (collector, address)
    }

    pub(crate) fn received(&self) -> Received {
        self.received.lock().unwrap().clone()
    }
}

async fn traces(State(state): State<Collector>, headers: HeaderMap, body: Bytes) -> StatusCode {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    tokio::time::sleep(state.delay).await;
    let mut received = state.received.lock().unwrap();
    received.traces.push(Message::decode(body).unwrap());
    received.headers = headers;
    StatusCode::OK
}

async fn logs(State(state): State<Collector>, body: Bytes) -> StatusCode {
    tokio::time::sleep(state.delay).await;
    state.received.lock().unwrap().logs.push(Message::decode(body).unwrap());
    StatusCode::OK
}

/// The value of an attribute as text.
pub(crate) fn attribute(list: &[KeyValue], key: &str) -> Option<String> {
    let value = list.iter().find(|attribute| attribute.key == key)?.value.clone();
    Some(text(value))
}

pub(crate) fn text(value: Option<AnyValue>) -> String {
    match value.and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(value)) => value.to_string(),
        Some(Value::BoolValue(value)) => value.to_string(),
        Some(Value::DoubleValue(value)) => value.to_string(),
        other => format!("{other:?}"),
    }
}
