//! An OTLP/HTTP receiver for `cargo xtask bench backend`: takes everything and counts.
//!
//! Listens on `SINK_LISTEN`. `GET /counts` answers `{"spans":…,"log_records":…}` of what
//! came since `POST /counts`; before that nothing is decoded, so that the sink takes as
//! little as possible of the processors that it shares with what is measured.
//!
//! `SINK_DELAY_SECONDS` makes it a collector that is overloaded: so late, it answers what it
//! is sent. One that hangs is one that answers tomorrow.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde_json::{Value, json};

#[derive(Default)]
struct Counts {
    on: AtomicBool,
    spans: AtomicUsize,
    log_records: AtomicUsize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let delay = std::env::var("SINK_DELAY_SECONDS").map_or(Ok(0), |text| text.parse())?;
    let late = middleware::from_fn_with_state(Duration::from_secs(delay), late);
    let app = Router::new()
        .route("/v1/traces", post(traces))
        .route("/v1/logs", post(logs))
        .route_layer(late)
        .route("/ready", get(async || "ready"))
        .route("/counts", get(counts).post(start))
        .with_state(Arc::<Counts>::default());
    let listen = std::env::var("SINK_LISTEN")?;
    axum::serve(tokio::net::TcpListener::bind(listen).await?, app).await?;
    Ok(())
}

/// Takes the request as it comes, and keeps its answer back.
async fn late(State(delay): State<Duration>, request: Request, next: Next) -> Response {
    let answer = next.run(request).await;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    answer
}

async fn traces(State(counts): State<Arc<Counts>>, body: Bytes) -> StatusCode {
    if !counts.on.load(Ordering::Relaxed) {
        return StatusCode::OK;
    }
    let Ok(request) = ExportTraceServiceRequest::decode(body) else {
        return StatusCode::BAD_REQUEST;
    };
    let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    counts.spans.fetch_add(scopes.map(|scope| scope.spans.len()).sum(), Ordering::Relaxed);
    StatusCode::OK
}

async fn logs(State(counts): State<Arc<Counts>>, body: Bytes) -> StatusCode {
    if !counts.on.load(Ordering::Relaxed) {
        return StatusCode::OK;
    }
    let Ok(request) = ExportLogsServiceRequest::decode(body) else {
        return StatusCode::BAD_REQUEST;
    };
    let scopes = request.resource_logs.iter().flat_map(|resource| &resource.scope_logs);
    let records = scopes.map(|scope| scope.log_records.len()).sum();
    counts.log_records.fetch_add(records, Ordering::Relaxed);
    StatusCode::OK
}

async fn counts(State(counts): State<Arc<Counts>>) -> Json<Value> {
    let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
    Json(json!({"spans": of(&counts.spans), "log_records": of(&counts.log_records)}))
}

async fn start(State(counts): State<Arc<Counts>>) -> StatusCode {
    counts.on.store(true, Ordering::Relaxed);
    StatusCode::NO_CONTENT
}
