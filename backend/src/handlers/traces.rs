//! `GET /api/traces/{trace_id}`

use api_types::routes;
use api_types::trace::Trace;
use axum::Json;
use axum::extract::State;
pub(crate) use opentelemetry::trace::TraceId;

use crate::clock;
use crate::error::ApiError;
use crate::extract::{NoParams, PathText, QueryString};
use crate::openapi::problems::{BadRequest, Faults, NotFound};
use crate::state::AppState;

/// One trace with its log lines.
#[utoipa::path(
    get,
    path = routes::TRACE,
    params(("trace_id" = String, Path, pattern = "^(?!0{32})[0-9a-f]{32}$")),
    responses((status = 200, body = Trace), BadRequest, NotFound, Faults),
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    PathText(text): PathText,
    QueryString(NoParams {}): QueryString<NoParams>,
) -> Result<Json<Trace>, ApiError> {
    let trace_id = parse(&text)?;
    let trace = find(&state, trace_id).await;
    if trace.is_empty() { Err(ApiError::TraceNotFound(text)) } else { Ok(Json(trace)) }
}

/// What is known of a trace, here and in the stores; it may be nothing.
pub(crate) async fn find(state: &AppState, trace_id: TraceId) -> Trace {
    let now = clock::timestamp(state.clock.now());
    state.remote.complete(trace_id, state.traces.get(trace_id), now).await
}

/// 32 lower-case hexadecimal digits, not all zero (W3C Trace Context, trace-id).
pub(crate) fn parse(text: &str) -> Result<TraceId, ApiError> {
    let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    TraceId::from_hex(text)
        .ok()
        .filter(|id| digits && text.len() == 32 && *id != TraceId::INVALID)
        .ok_or_else(|| ApiError::InvalidTraceId(text.to_owned()))
}
