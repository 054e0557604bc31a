//! `DELETE /api/tasks/{id}`

use api_types::routes;
use api_types::task::Deleted;
use axum::Json;
use axum::extract::State;

use crate::error::ApiError;
use crate::extract::{NoParams, QueryString, TaskId};
use crate::openapi::problems::{BadRequest, CrossSite, Faults, NotFound, Storage};
use crate::state::AppState;

/// Removes a task.
#[utoipa::path(
    delete,
    path = routes::TASK,
    params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, body = Deleted), BadRequest, CrossSite, NotFound, Storage, Faults),
)]
pub(crate) async fn delete(
    State(state): State<AppState>,
    TaskId(id): TaskId,
    QueryString(NoParams {}): QueryString<NoParams>,
) -> Result<Json<Deleted>, ApiError> {
    if !state.store.delete(id).await? {
        return Err(ApiError::TaskNotFound(id));
    }
    tracing::info!(app.task.id = id, "Deleted task {id}");
    Ok(Json(Deleted { message: format!("Task {id} is deleted.") }))
}
