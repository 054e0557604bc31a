//! `POST /api/smoke/db?ops=N&type=read|write|rw`

use std::time::Instant;

use api_types::routes;
use api_types::simulate::{Performed, SmokeAnswer};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use crate::domain::smoke::{SmokeKind, SmokePlan};
use crate::error::ApiError;
use crate::extract::QueryString;
use crate::openapi::problems::{BadRequest, CrossSite, Faults, Storage};
use crate::state::AppState;

/// Operations when the caller does not say.
const DEFAULT_OPS: i64 = 100;

/// What the query string may say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SmokeParams {
    ops: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// Reads and writes, and rolls the writes back.
#[utoipa::path(
    post,
    path = routes::SMOKE_DB,
    params(
        ("ops" = Option<i64>, Query, minimum = 1, maximum = 10_000),
        ("type" = Option<String>, Query, pattern = "^(read|write|rw)$"),
    ),
    responses((status = 200, body = SmokeAnswer), BadRequest, CrossSite, Storage, Faults),
)]
pub(crate) async fn smoke(
    State(state): State<AppState>,
    QueryString(params): QueryString<SmokeParams>,
) -> Result<Json<SmokeAnswer>, ApiError> {
    let kind = params.kind.as_deref().map(SmokeKind::parse).transpose()?.unwrap_or_default();
    let plan = SmokePlan::new(params.ops.unwrap_or(DEFAULT_OPS), kind)?;
    let start = Instant::now();
    state.store.smoke(plan, state.clock.now()).await?;
    let duration = start.elapsed().as_secs_f64();
    tracing::info!(
        app.smoke.reads = plan.reads,
        app.smoke.writes = plan.writes,
        app.smoke.duration = duration,
        "Smoke test: {} reads and {} writes",
        plan.reads,
        plan.writes
    );
    Ok(Json(SmokeAnswer {
        ok: true,
        kind: kind.as_str().to_owned(),
        requested_ops: plan.reads + plan.writes,
        performed: Performed { read: plan.reads, write: plan.writes },
        duration_seconds: duration,
        note: "Writes ran in one transaction, which was rolled back.".to_owned(),
    }))
}
