//! `GET /api/tasks`

use api_types::routes;
use api_types::task::TaskList;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::wire;
use crate::domain::task::{PageSize, TaskQuery};
use crate::error::ApiError;
use crate::extract::{self, QueryString};
use crate::openapi::problems::{BadRequest, Faults};
use crate::state::AppState;

/// What the query string may say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    completed: Option<bool>,
    limit: Option<i64>,
    after: Option<String>,
}

/// One page of tasks, newest first.
#[utoipa::path(
    get,
    path = routes::TASKS,
    params(
        ("completed" = Option<bool>, Query, description = "Only the done or only the open ones"),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 1000),
        ("after" = Option<i64>, Query, minimum = 1, description = "The last id of the page before"),
    ),
    responses((status = 200, body = TaskList), BadRequest, Faults),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    QueryString(params): QueryString<ListParams>,
) -> Result<Json<TaskList>, ApiError> {
    let limit = params.limit.map(PageSize::parse).transpose()?.unwrap_or_default();
    let after = extract::cursor(params.after)?;
    let query = TaskQuery { completed: params.completed, limit, after };
    Ok(Json(page(&state, query).await?))
}

/// One page of tasks as the page shows them: the newest, or those after an id.
pub(crate) async fn shown(
    state: &AppState,
    completed: Option<bool>,
    after: Option<i64>,
) -> Result<TaskList, ApiError> {
    page(state, TaskQuery { completed, limit: PageSize::SHOWN, after }).await
}

async fn page(state: &AppState, query: TaskQuery) -> Result<TaskList, ApiError> {
    let tasks = state.store.list(query).await?;
    let counts = state.store.stats().await?;
    let full = tasks.len() == query.limit.get() as usize;
    let next = tasks.last().filter(|_| full).map(|last| last.id.to_string());
    Ok(TaskList {
        count: tasks.len(),
        tasks: tasks.into_iter().map(wire::task).collect(),
        stats: wire::stats(counts),
        next,
    })
}
