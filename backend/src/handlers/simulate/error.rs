//! `GET /api/simulate-error`

use api_types::{Problem, routes};

use crate::error::ApiError;
use crate::extract::{NoParams, QueryString};
use crate::openapi::problems::BadRequest;

/// Fails, as asked.
#[utoipa::path(
    get,
    path = routes::SIMULATE_ERROR,
    responses(
        (
            status = 500,
            description = "Always",
            body = Problem,
            content_type = "application/problem+json"
        ),
        (
            status = 503,
            description = "Too much is under way",
            body = Problem,
            content_type = "application/problem+json"
        ),
        BadRequest,
    ),
)]
pub(crate) async fn error(QueryString(NoParams {}): QueryString<NoParams>) -> ApiError {
    ApiError::Simulated
}
