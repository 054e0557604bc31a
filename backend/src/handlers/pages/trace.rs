//! `GET /traces/{trace_id}`: a trace by itself, for a link to pass on.

use api_types::limits::TRACE_LOOKS;
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use crate::error::ApiError;
use crate::extract::PathText;
use crate::handlers::traces::{self, TraceId};
use crate::page::TracePage;
use crate::page::panel::{self, Panel};
use crate::state::AppState;
use crate::traces::Missing;

/// Log lines travel apart from spans. A trace without any is looked at so often before
/// it counts as complete.
const LOOKS_FOR_LOGS: usize = 3;

/// How a trace is looked at.
#[derive(Debug, Deserialize)]
pub(crate) struct Look {
    /// A span that the trace should hold; anything else than a span's id never arrives.
    span: Option<String>,
    /// How often it was looked at before.
    turn: usize,
    /// False when the action's trace is not recorded.
    sampled: Option<bool>,
}

impl Look {
    /// Nobody comes back to look again.
    const ONLY: Self = Self { span: None, turn: TRACE_LOOKS, sampled: None };

    fn is_last(&self) -> bool {
        self.turn.saturating_add(1) >= TRACE_LOOKS
    }
}

/// The page of a trace, found or not.
pub(crate) async fn trace(
    State(state): State<AppState>,
    PathText(text): PathText,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let panel = panel(&state, traces::parse(&text)?, &Look::ONLY, &headers).await;
    let panel = panel.unwrap_or_else(Panel::idle);
    let status = if panel.is_shown() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let page = TracePage::new(panel, state.links.shown(&headers), &state.assets);
    Ok((status, Html(page.render()?)).into_response())
}

/// The panel of a trace; none while nothing of it is here and something may still come.
pub(crate) async fn panel(
    state: &AppState,
    trace_id: TraceId,
    look: &Look,
    headers: &HeaderMap,
) -> Option<Panel> {
    let trace = traces::find(state, trace_id).await;
    if trace.is_empty() {
        let verdict = match (look.sampled, look.is_last()) {
            (Some(false), _) => panel::State::Unsampled,
            (_, true) => panel::State::Absent,
            (_, false) => return None,
        };
        return Some(Panel::without_spans(verdict, trace.trace_id, &trace.unavailable));
    }
    let missing = Missing::of(&trace, look.span.as_deref());
    let logs_may_come = trace.logs.is_empty() && look.turn < LOOKS_FOR_LOGS - 1;
    let verdict = match (missing.is_nothing() && !logs_may_come, look.is_last()) {
        (true, _) => panel::State::Complete,
        (false, false) => panel::State::Loading,
        (false, true) => panel::State::Partial,
    };
    let explore =
        |start_us, end_us| state.links.explore(headers, &trace.trace_id, start_us, end_us);
    Some(Panel::of(verdict, &trace, missing, explore))
}
