//! Panics in handlers.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

use crate::error::ApiError;

/// A panic is a 500; the server lives on. The panic hook has logged where it was. What the
/// request alone had is gone with it; what requests share is made for that.
pub(super) async fn caught(answer: impl Future<Output = Response>) -> Response {
    AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|payload| told(&*payload))
}

fn told(payload: &(dyn Any + Send)) -> Response {
    let cause = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a message");
    ApiError::Internal(format!("a handler panicked: {cause}")).into_response()
}
