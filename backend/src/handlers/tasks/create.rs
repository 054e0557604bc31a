//! `POST /api/tasks`

use api_types::routes;
use api_types::task::{CreateTask, Task};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;

use super::wire;
use crate::domain::task::NewTask;
use crate::error::ApiError;
use crate::extract::{Json, NoParams, QueryString};
use crate::openapi::problems::{BadBody, BadRequest, CrossSite, Faults, Storage};
use crate::state::AppState;

/// Stores a task and answers where it is.
#[utoipa::path(
    post,
    path = routes::TASKS,
    request_body = CreateTask,
    responses(
        (status = 201, body = Task, headers(("location" = String))),
        BadRequest,
        BadBody,
        CrossSite,
        Storage,
        Faults,
    ),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    QueryString(NoParams {}): QueryString<NoParams>,
    Json(body): Json<CreateTask>,
) -> Result<impl IntoResponse, ApiError> {
    let task = store_new(&state, &wire::new_task(&body)?).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, routes::task(task.id))], axum::Json(task)))
}

/// Stores a checked task and says so in the log; the plain form does the same.
pub(crate) async fn store_new(state: &AppState, new: &NewTask) -> Result<Task, ApiError> {
    let task = wire::task(state.store.create(new, state.clock.now()).await?);
    tracing::info!(app.task.id = task.id, "Created task {}", task.id);
    Ok(task)
}
