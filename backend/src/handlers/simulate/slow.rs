//! `GET /api/simulate-slow?delay=SECONDS`

use std::time::Duration;

use api_types::simulate::{DELAY_MAX_SECONDS, SlowAnswer};
use axum::Json;
use serde::Deserialize;

use crate::error::ApiError;
use crate::extract::QueryString;

/// Seconds when the caller does not say.
const DEFAULT: f64 = 2.0;

/// What the query string may say.
#[derive(Debug, Deserialize)]
pub(crate) struct SlowParams {
    delay: Option<f64>,
}

/// Answers after the delay.
pub(crate) async fn slow(
    QueryString(params): QueryString<SlowParams>,
) -> Result<Json<SlowAnswer>, ApiError> {
    let delay = params.delay.unwrap_or(DEFAULT);
    // NaN lies in no range.
    if !(0.0..=DELAY_MAX_SECONDS).contains(&delay) {
        return Err(ApiError::InvalidDelay(delay));
    }
    tokio::time::sleep(Duration::from_secs_f64(delay)).await;
    Ok(Json(SlowAnswer { message: format!("This answer was held back for {delay} s."), delay }))
}
