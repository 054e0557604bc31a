//! Deletes the tasks that a run made and that nobody deleted since.

use std::rc::Rc;
use std::time::{Duration, Instant};

use api_types::routes;
use http::header::HeaderName;
use http::{HeaderValue, Method, Uri};

use crate::observation::Outcome;
use crate::request::{self, HttpRequest};
use crate::worker::connections::Connections;
use crate::worker::{self, Common};

/// Deletions at a time.
const CONNECTIONS: usize = 4;
/// When the rest is left behind.
const LIMIT: Duration = Duration::from_secs(30);

/// What became of the tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// Tasks that are gone.
    pub deleted: u64,
    /// Tasks that stay behind.
    pub left: u64,
}

/// Deletes what is left, for half a minute at the most. These requests belong to no
/// persona and are not measured; their traces are not recorded.
#[must_use]
pub fn delete_tasks(common: &Common) -> Cleaned {
    let ids: Vec<_> = common.tasks.take().into_iter().collect();
    let total = ids.len() as u64;
    let deadline = Instant::now() + LIMIT;
    let deleted = worker::block_on(async {
        let connections = Rc::new(Connections::new(common.target.address, CONNECTIONS));
        let parts: Vec<_> = (0..CONNECTIONS)
            .map(|first| {
                let ids: Vec<_> = ids.iter().copied().skip(first).step_by(CONNECTIONS).collect();
                let (connections, common) = (Rc::clone(&connections), common.clone());
                tokio::task::spawn_local(async move {
                    let mut deleted = 0;
                    for id in ids {
                        if Instant::now() >= deadline {
                            break;
                        }
                        let request = deletion(&common, id);
                        let limit = deadline.min(Instant::now() + common.timeout);
                        let exchange = connections.exchange(request, false, limit).await;
                        match exchange.outcome {
                            Outcome::Status(200 | 404) => deleted += 1,
                            // Nobody is there any more.
                            Outcome::NoConnection => break,
                            _ => {}
                        }
                    }
                    deleted
                })
            })
            .collect();
        let mut deleted = 0;
        for part in parts {
            deleted += part.await.unwrap_or(0);
        }
        deleted
    });
    Cleaned { deleted, left: total - deleted + common.tasks.left() }
}

fn deletion(common: &Common, id: i64) -> HttpRequest {
    let uri = Uri::try_from(routes::task(id)).unwrap_or_default();
    let mut request = request::bare(Method::DELETE, uri, common.target.authority.clone());
    let headers = request.headers_mut();
    let unsampled = crate::trace::SpanIds { is_sampled: false, ..common.ids.of(u64::MAX - 1) };
    headers
        .insert(HeaderName::from_static(api_types::headers::TRACEPARENT), unsampled.traceparent());
    headers.insert(
        HeaderName::from_static(api_types::headers::X_OPERATION),
        HeaderValue::from_static("loadgen-cleanup"),
    );
    request
}
