//! How much at once, and for how long.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::{Frame, SizeHint};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::error::ApiError;

/// What the requests of some routes share.
#[derive(Clone)]
pub(crate) struct Bounds {
    /// One for each request that may be worked on.
    permits: Arc<Semaphore>,
    timeout: Duration,
}

impl Bounds {
    pub(crate) fn new(concurrent: usize, timeout: Duration) -> Self {
        Self { permits: Arc::new(Semaphore::new(concurrent)), timeout }
    }

    /// For what must be answered however much there is of it.
    pub(crate) fn deadline(timeout: Duration) -> Self {
        Self::new(Semaphore::MAX_PERMITS, timeout)
    }
}

/// Refuses what is too much and cuts off what takes too long: with 408 where it waits for
/// the client's body, with 503 where the fault is ours.
pub(super) async fn bound(bounds: &Bounds, request: Request, next: Next) -> Response {
    let Ok(_permit) = bounds.permits.try_acquire() else {
        return ApiError::Overloaded.into_response();
    };
    let (request, awaited) = watched(request);
    match timeout(bounds.timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) if awaited.is_some_and(|awaited| awaited.load(Ordering::Relaxed)) => {
            ApiError::BodyTooSlow(bounds.timeout).into_response()
        }
        Err(_elapsed) => ApiError::TooSlow(bounds.timeout).into_response(),
    }
}

/// A body, where there is one, that tells whether somebody waits for its next part.
fn watched(request: Request) -> (Request, Option<Arc<AtomicBool>>) {
    if request.body().is_end_stream() {
        return (request, None);
    }
    let awaited = Arc::new(AtomicBool::new(false));
    let watch = Arc::clone(&awaited);
    let request = request.map(|body| Body::new(Watched { body, awaited: watch }));
    (request, Some(awaited))
}

/// A body that tells whether somebody waits for the next part of it.
struct Watched {
    body: Body,
    awaited: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        self.awaited.store(frame.is_pending(), Ordering::Relaxed);
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
