//! Parts of the page, rendered as the page renders them, for the app to put into it
//! (ADR 0015). They are no API: their markup may change with every version.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};

use crate::error::ApiError;
use crate::extract::{NoParams, PathText, QueryString};
use crate::handlers::pages::{self, Look, PageParams};
use crate::handlers::{alerts, traces};
use crate::page::alerts::AlertBanner;
use crate::page::tasks::TaskView;
use crate::state::AppState;

/// `GET /fragments/tasks`: the list with its counts, or with `after` the rows that follow.
pub(crate) async fn tasks(
    State(state): State<AppState>,
    QueryString(params): QueryString<PageParams>,
) -> Result<Html<String>, ApiError> {
    let follows = params.after.is_some();
    let rows = pages::rows(&state, params).await?;
    Ok(Html(if follows { rows.render()? } else { TaskView { rows }.render()? }))
}

/// `GET /fragments/traces/{trace_id}`: the panel; 204 while nothing is there to be shown.
pub(crate) async fn trace(
    State(state): State<AppState>,
    PathText(text): PathText,
    QueryString(look): QueryString<Look>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let trace_id = traces::parse(&text)?;
    Ok(match pages::panel(&state, trace_id, &look, &headers).await {
        Some(panel) => Html(panel.render()?).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// `GET /fragments/alerts`: the banner; empty while nothing fires.
pub(crate) async fn alerts(
    State(state): State<AppState>,
    QueryString(NoParams {}): QueryString<NoParams>,
    headers: HeaderMap,
) -> Result<Html<String>, ApiError> {
    let banner = AlertBanner::new(alerts::firing(&state), &state.links, &headers);
    Ok(Html(banner.render()?))
}
