//! `GET /api/simulate-error`

use crate::error::ApiError;

/// Fails, as asked.
pub(crate) async fn error() -> ApiError {
    ApiError::Simulated
}
