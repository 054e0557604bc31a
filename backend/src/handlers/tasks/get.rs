//! `GET /api/tasks/{id}`

use api_types::routes;
use api_types::task::Task;
use axum::Json;
use axum::extract::State;

use super::wire;
use crate::error::ApiError;
use crate::extract::{NoParams, QueryString, TaskId};
use crate::openapi::problems::{BadRequest, Faults, NotFound};
use crate::state::AppState;

/// One task.
#[utoipa::path(
    get,
    path = routes::TASK,
    params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, body = Task), BadRequest, NotFound, Faults),
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    TaskId(id): TaskId,
    QueryString(NoParams {}): QueryString<NoParams>,
) -> Result<Json<Task>, ApiError> {
    let task = state.store.get(id).await?.ok_or(ApiError::TaskNotFound(id))?;
    Ok(Json(wire::task(task)))
}
