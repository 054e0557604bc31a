//! How long browsers may keep a file of the frontend.

use axum::extract::Request;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;

/// The names hold a hash of the content.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Lets files be kept for ever, and nothing else: while two versions run side by side,
/// a file that is missing here may be there in a moment.
pub(crate) async fn keep(request: Request, next: Next) -> Response {
    let named_by_hash = !request.uri().path().ends_with("manifest.json");
    let mut response = next.run(request).await;
    match response.status() {
        StatusCode::NOT_FOUND => ApiError::RouteNotFound.into_response(),
        status if named_by_hash && (status.is_success() || status == StatusCode::NOT_MODIFIED) => {
            response.headers_mut().insert(CACHE_CONTROL, FOR_EVER);
            response
        }
        _ => response,
    }
}
