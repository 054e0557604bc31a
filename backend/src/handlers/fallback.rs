//! Requests that no handler takes.

use crate::error::ApiError;

/// No route has this path.
pub(crate) async fn route_not_found() -> ApiError {
    ApiError::RouteNotFound
}

/// The route has no handler for this method.
pub(crate) async fn method_not_allowed() -> ApiError {
    ApiError::MethodNotAllowed
}
