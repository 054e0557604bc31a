//! `POST /otlp/v1/traces` and `/otlp/v1/logs`: the browser's telemetry, as OTLP/JSON.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request, State};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use telemetry::{DropReason, Full, SignalKind};

use crate::error::{ApiError, otlp_body};
use crate::extract::{expect_object, is_json};
use crate::state::AppState;
use crate::traces::otlp::{self, sanitize};

/// Takes spans: keeps them, and hands them on where this process exports.
pub(crate) async fn traces(
    State(state): State<AppState>,
    Otlp(mut request): Otlp<ExportTraceServiceRequest>,
) -> Result<Json<Value>, ApiError> {
    let lost = otlp::dropped_spans(&request);
    let rejected = sanitize::traces(&mut request);
    let message = encode(&state, SignalKind::Span, &request);
    let items = otlp::spans(request);
    forward(&state, SignalKind::Span, message, items.len())?;
    // Only now: a request that is refused comes again.
    state.dropped.add(SignalKind::Span, DropReason::Browser, lost);
    state.traces.insert(items, &state.dropped);
    Ok(Json(partial_success("rejectedSpans", rejected)))
}

/// Takes log records, in the same way.
pub(crate) async fn logs(
    State(state): State<AppState>,
    Otlp(mut request): Otlp<ExportLogsServiceRequest>,
) -> Result<Json<Value>, ApiError> {
    let lost = otlp::dropped_logs(&request);
    sanitize::logs(&mut request);
    let message = encode(&state, SignalKind::Log, &request);
    let (items, homeless) = otlp::log_lines(request);
    let forwarded = message.is_some();
    forward(&state, SignalKind::Log, message, items.len() + homeless)?;
    state.dropped.add(SignalKind::Log, DropReason::Browser, lost);
    state.traces.insert(items, &state.dropped);
    // A collector has a place for records without a trace; the store has none.
    let rejected = if forwarded { 0 } else { homeless };
    Ok(Json(partial_success("rejectedLogRecords", rejected)))
}

fn encode(state: &AppState, signal: SignalKind, request: &impl Message) -> Option<Vec<u8>> {
    state.forwarder.forwards(signal).then(|| request.encode_to_vec())
}

fn forward(
    state: &AppState,
    signal: SignalKind,
    message: Option<Vec<u8>>,
    items: usize,
) -> Result<(), ApiError> {
    let Some(message) = message.filter(|_| items > 0) else {
        return Ok(());
    };
    state.forwarder.forward(signal, message, items).map_err(|Full| ApiError::IntakeFull)
}

/// The answer: empty when all was taken (OTLP specification, "Full Success").
fn partial_success(counter: &str, rejected: usize) -> Value {
    if rejected == 0 {
        return json!({});
    }
    // OTLP/JSON writes 64-bit integers as texts.
    json!({ "partialSuccess": { counter: rejected.to_string(), "errorMessage": "unusable ids" } })
}

/// An OTLP/JSON body.
pub(crate) struct Otlp<T>(T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Otlp<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::UnsupportedMediaType("application/json (OTLP/JSON)"));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection: BytesRejection| otlp_body(&rejection))?;
        let request = serde_json::from_slice(&bytes).map_err(|error| {
            if error.is_data() {
                ApiError::InvalidBody(format!("no OTLP/JSON: {error}"))
            } else {
                ApiError::MalformedJson(error.to_string())
            }
        })?;
        expect_object(&bytes)?;
        Ok(Self(request))
    }
}
