//! `/health`, `/ready`, `/metrics`

use std::sync::LazyLock;
use std::time::Duration;

use api_types::routes;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::metrics::CONTENT_TYPE;
use crate::openapi;
use crate::openapi::problems::{Faults, TooLong};
use crate::state::AppState;

/// How long a probe waits for the database.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

/// What a probe reads.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Status {
    status: &'static str,
}

/// The process answers.
#[utoipa::path(
    get,
    path = routes::HEALTH,
    responses((status = 200, description = "Alive", body = Status), TooLong, Faults),
)]
pub(crate) async fn health() -> Json<Status> {
    Json(Status { status: "ok" })
}

/// The database answers.
#[utoipa::path(
    get,
    path = routes::READY,
    responses(
        (status = 200, description = "The database answers", body = Status),
        TooLong,
        Faults,
    ),
)]
pub(crate) async fn ready(State(state): State<AppState>) -> Result<Json<Status>, ApiError> {
    timeout(PROBE_TIMEOUT, state.store.ping())
        .await
        .unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut.into()))?;
    Ok(Json(Status { status: "ready" }))
}

/// The Prometheus exposition. When the database does not answer in time, the numbers of
/// tasks stay what they were; everything else is current.
#[utoipa::path(
    get,
    path = routes::METRICS,
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        TooLong,
        Faults,
    ),
)]
pub(crate) async fn metrics(State(state): State<AppState>) -> Result<impl IntoResponse, ApiError> {
    let metrics = &state.metrics;
    if let Ok(Ok(stats)) = timeout(PROBE_TIMEOUT, state.store.count()).await {
        metrics.tasks.with_label_values(&["completed"]).set(stats.completed);
        metrics.tasks.with_label_values(&["pending"]).set(stats.pending());
    }
    let connections = state.store.connections();
    for (label, count) in [("idle", connections.idle), ("used", connections.used)] {
        let gauge = metrics.db_connections.with_label_values(&[label]);
        gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
    }
    let text =
        metrics.render(&state.dropped).map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], text))
}

/// The API's description, made once: it follows from the code alone.
pub(crate) async fn openapi() -> Result<impl IntoResponse, ApiError> {
    static DOCUMENT: LazyLock<serde_json::Result<Bytes>> =
        LazyLock::new(|| serde_json::to_vec(&openapi::document()).map(Bytes::from));
    let document = DOCUMENT.as_ref().map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], document.clone()))
}
