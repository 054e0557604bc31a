//! Panics in handlers.

use std::any::Any;

use axum::response::{IntoResponse, Response};

use crate::error::ApiError;

/// A panic is a 500; the server lives on. The panic hook has logged where it was.
#[expect(clippy::needless_pass_by_value, reason = "the layer's signature")]
pub(crate) fn answer(payload: Box<dyn Any + Send>) -> Response {
    let cause = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a message");
    ApiError::Internal(format!("a handler panicked: {cause}")).into_response()
}
