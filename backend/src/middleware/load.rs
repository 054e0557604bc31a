//! How much at once, and for how long.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::error::ApiError;

/// Requests that are worked on at once; more are refused before they queue up until
/// nobody waits for their answers any more.
pub(crate) const CONCURRENT: usize = 512;
/// How long a request may take, its body's arrival included; longer than the longest
/// delay that `simulate-slow` grants.
const TIMEOUT: Duration = Duration::from_secs(40);

/// Refuses what is too much and cuts off what takes too long.
pub(crate) async fn bound(
    State(permits): State<Arc<Semaphore>>,
    request: Request,
    next: Next,
) -> Response {
    let Ok(_permit) = permits.try_acquire() else {
        return ApiError::Overloaded.into_response();
    };
    match timeout(TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => ApiError::TooSlow(TIMEOUT.as_secs()).into_response(),
    }
}
