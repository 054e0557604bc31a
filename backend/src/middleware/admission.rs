//! Which requests are let in.

use api_types::limits::URI_MAX_BYTES;
use axum::extract::Request;
use axum::http::Method;

use super::origin;
use crate::error::ApiError;

/// Refuses addresses that are too long and, where something is to be changed, requests
/// that a browser sends for another site.
pub(super) fn refusal(request: &Request) -> Option<ApiError> {
    let uri = request.uri().path_and_query().map_or("", |uri| uri.as_str());
    if uri.len() > URI_MAX_BYTES {
        return Some(ApiError::UriTooLong);
    }
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    (!safe && !origin::is_same_site(request.headers())).then_some(ApiError::CrossSite)
}
