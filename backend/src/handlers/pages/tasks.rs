//! `GET /` and `POST /tasks`: the page and its plain form.

use api_types::headers::SERVER_TIMING;
use api_types::routes;
use api_types::task::CreateTask;
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::current_span;
use crate::error::ApiError;
use crate::extract::{self, Form, QueryString};
use crate::handlers::{alerts, tasks};
use crate::page::alerts::AlertBanner;
use crate::page::tasks::{Rows, TaskView};
use crate::page::{Page, Refused};
use crate::state::AppState;

/// The plain form's fields.
#[derive(Debug, Deserialize)]
pub(crate) struct TaskForm {
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
}

/// What the page's query string may say: the filter, and the id that the page follows.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PageParams {
    completed: Option<bool>,
    pub(crate) after: Option<String>,
}

/// The page with the newest tasks in it, or with those after an id.
pub(crate) async fn show(
    State(state): State<AppState>,
    QueryString(params): QueryString<PageParams>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    render(&state, params, &headers, None).await
}

/// Stores the form's task and leads back to the page; when it is refused, the page says
/// why and keeps what was typed.
pub(crate) async fn submit(
    State(state): State<AppState>,
    headers: HeaderMap,
    Form(form): Form<TaskForm>,
) -> Result<Response, ApiError> {
    // Browsers send line feeds of a textarea as CR LF.
    let description = form.description.replace("\r\n", "\n");
    let body = CreateTask {
        title: form.title.clone(),
        description: Some(description.clone()),
        completed: None,
    };
    match tasks::new_task(&body) {
        Ok(new) => {
            tasks::store_new(&state, &new).await?;
            Ok(Redirect::to(routes::PAGE).into_response())
        }
        Err(invalid) => {
            let refused = Refused { error: invalid.to_string(), title: form.title, description };
            let page = render(&state, PageParams::default(), &headers, Some(refused)).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

async fn render(
    state: &AppState,
    params: PageParams,
    headers: &HeaderMap,
    refused: Option<Refused>,
) -> Result<Response, ApiError> {
    let view = TaskView { rows: rows(state, params).await? };
    let traceparent = current_span::traceparent();
    let timing = traceparent
        .as_ref()
        .map(|value| [(SERVER_TIMING, format!("traceparent;desc=\"{value}\""))]);
    let alerts = AlertBanner::new(alerts::firing(state), &state.links, headers);
    let links = state.links.shown(headers);
    let page = Page::new(view, alerts, links, traceparent, refused, state);
    Ok((timing, Html(page.render()?)).into_response())
}

/// The tasks that the query string asks for.
pub(crate) async fn rows(state: &AppState, params: PageParams) -> Result<Rows, ApiError> {
    let PageParams { completed, after } = params;
    let after = extract::cursor(after)?;
    Ok(Rows::new(completed, tasks::shown(state, completed, after).await?))
}
