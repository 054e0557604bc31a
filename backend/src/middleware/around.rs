//! What surrounds the handlers, in their order.
//!
//! One layer of the router for all of it: a layer per concern clones and boxes everything
//! below itself for every request, which took 7000 instructions of 85 000.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::load::{self, Bounds};
use super::{accept, admission, observe, panic, problem, security};
use crate::state::AppState;

/// Users' requests. The span is current in everything, so that every log line has it.
pub(crate) async fn observed(
    State((state, bounds)): State<(AppState, Bounds)>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let bounded = async |request| load::bound(&bounds, request, next).await;
    let guarded = async |request| guard(&state, request, bounded).await;
    observe::observe(&state, route, request, guarded).await
}

/// The others.
pub(crate) async fn guarded(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    guard(&state, request, async |request| next.run(request).await).await
}

/// What the others share: how many at once, and for how long.
pub(crate) async fn bounded(
    State(bounds): State<Bounds>,
    request: Request,
    next: Next,
) -> Response {
    load::bound(&bounds, request, next).await
}

/// Lets in what may come in, and makes an answer of whatever comes out.
async fn guard(
    state: &AppState,
    request: Request,
    work: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let html = accept::prefers_html(request.headers());
    let response = match admission::refusal(&request) {
        Some(error) => error.into_response(),
        None => panic::caught(work(request)).await,
    };
    security::protected(problem::word(&state.assets, html, response))
}
