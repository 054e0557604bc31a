//! `PUT` and `PATCH /api/tasks/{id}`

use api_types::routes;
use api_types::task::{Task, UpdateTask};
use axum::extract::State;

use super::wire;
use crate::error::ApiError;
use crate::extract::{Json, NoParams, QueryString, TaskId};
use crate::openapi::problems::{BadBody, BadRequest, CrossSite, Faults, NotFound, Storage};
use crate::state::AppState;

/// Changes the fields that the body names; the original lab's PUT did so as well.
#[utoipa::path(
    method(put, patch),
    path = routes::TASK,
    params(("id" = i64, Path, minimum = 1)),
    request_body = UpdateTask,
    responses((status = 200, body = Task), BadRequest, BadBody, CrossSite, NotFound, Storage, Faults),
)]
pub(crate) async fn update(
    State(state): State<AppState>,
    TaskId(id): TaskId,
    QueryString(NoParams {}): QueryString<NoParams>,
    Json(body): Json<UpdateTask>,
) -> Result<axum::Json<Task>, ApiError> {
    let changes = wire::changes(&body)?;
    let updated = state.store.update(id, &changes, state.clock.now()).await?;
    let task = updated.ok_or(ApiError::TaskNotFound(id))?;
    tracing::info!(app.task.id = id, app.task.completed = task.completed, "Changed task {id}");
    Ok(axum::Json(wire::task(task)))
}
