//! `GET /api/simulate-slow?delay=SECONDS`

use std::time::Duration;

use api_types::routes;
use api_types::simulate::{DELAY_MAX_SECONDS, SlowAnswer};
use axum::Json;
use serde::Deserialize;

use crate::error::ApiError;
use crate::extract::QueryString;
use crate::openapi::problems::{BadRequest, Faults};

/// Seconds when the caller does not say.
const DEFAULT: f64 = 2.0;

/// What the query string may say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SlowParams {
    delay: Option<f64>,
}

/// Answers after the delay.
#[utoipa::path(
    get,
    path = routes::SIMULATE_SLOW,
    params(("delay" = Option<f64>, Query, minimum = 0, maximum = 30)),
    responses((status = 200, body = SlowAnswer), BadRequest, Faults),
)]
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
