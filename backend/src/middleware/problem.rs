//! Errors in words: `application/problem+json` for clients, the cause for the log.

use std::sync::Arc;

use api_types::Problem;
use api_types::headers::PROBLEM_JSON;
use askama::Template;
use axum::Json;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::assets::Assets;
use crate::current_span;
use crate::error::ApiError;
use crate::page::ProblemPage;

/// Seconds after which a client may try again when something that we need is away.
const RETRY_AFTER: &str = "1";

/// Gives a response that carries an [`ApiError`] its body: a page for those who asked for
/// HTML, `application/problem+json` for everybody else.
pub(super) fn word(assets: &Assets, html: bool, response: Response) -> Response {
    let Some(error) = response.extensions().get::<Arc<ApiError>>().cloned() else {
        return response;
    };
    if let Some(cause) = error.cause() {
        tracing::error!(
            app.error.code = error.code().as_str(),
            exception.message = cause,
            "The request failed: {cause}"
        );
    }
    let problem = problem(&error);
    let page = html.then(|| ProblemPage::new(&problem, assets).render().ok()).flatten();
    let (body, media_type) = match page {
        Some(page) => (Body::from(page), "text/html; charset=utf-8"),
        None => (Json(problem).into_response().into_body(), PROBLEM_JSON),
    };
    // What the handler or the router set stays: `Allow` of a 405, for one.
    let (mut parts, _) = response.into_parts();
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if error.status() == StatusCode::SERVICE_UNAVAILABLE {
        parts.headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
    }
    Response::from_parts(parts, body)
}

/// The body of `error` (RFC 9457). The type is a URI reference into the API's
/// documentation of codes.
fn problem(error: &ApiError) -> Problem {
    let status = error.status();
    let detail = error.to_string();
    Problem {
        kind: format!("/problems/{}", error.code()),
        title: status.canonical_reason().unwrap_or("Error").to_owned(),
        status: status.as_u16(),
        error: detail.clone(),
        detail,
        code: error.code().to_string(),
        trace_id: current_span::trace_id(),
    }
}
