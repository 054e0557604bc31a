//! Spans from Tempo.

use api_types::trace::Span;
use opentelemetry::trace::TraceId;
use opentelemetry_proto::tonic::trace::v1::TracesData;
use prost::Message;

use super::store::{Failed, Store};
use crate::traces::otlp;

/// The answer of `/api/v2/traces`, as far as it matters here (`TraceByIDResponse` in Tempo's
/// tempopb/tempo.proto; its `Trace` has the form of OTLP's `TracesData`).
#[derive(Clone, PartialEq, Message)]
struct TraceById {
    #[prost(message, optional, tag = "1")]
    trace: Option<TracesData>,
}

/// All spans of a trace that the store has; none when it does not know the trace.
pub(super) async fn spans(store: &Store, trace_id: TraceId) -> Result<Vec<Span>, Failed> {
    let path = format!("/api/v2/traces/{trace_id}");
    let answer = store.ask(&path, "application/protobuf", |body| {
        TraceById::decode(body.as_ref()).map_err(|error| error.to_string())
    });
    let trace = answer.await?.and_then(|answer| answer.trace).unwrap_or_default();
    Ok(otlp::stored_spans(trace, trace_id))
}
