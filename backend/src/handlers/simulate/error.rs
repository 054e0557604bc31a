//! `GET /api/simulate-error`

use api_types::{Problem, routes};

use crate::error::ApiError;

/// Fails, as asked.
#[utoipa::path(
    get,
    path = routes::SIMULATE_ERROR,
    responses((
        status = 500,
        description = "Always",
        body = Problem,
        content_type = "application/problem+json"
    )),
)]
pub(crate) async fn error() -> ApiError {
    ApiError::Simulated
}
