//! Deletes the tasks that a run made and that nobody deleted since.

mod search;

use std::collections::BTreeSet;
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
    /// Creations without an answer whose tasks could not be looked for.
    pub unknown: u64,
}

/// Deletes what is left, for half a minute at the most. Where a creation had no answer, the
/// target's newest tasks are searched for those of this run. These requests belong to no
/// persona and are not measured; their traces are not recorded.
#[must_use]
pub fn delete_tasks(common: &Common) -> Cleaned {
    let mut ids = common.tasks.take();
    let (mut forgotten, mut unknown) = (common.tasks.left(), common.tasks.doubtful());
    let deadline = Instant::now() + LIMIT;
    let deleted = worker::block_on(async {
        let connections = Rc::new(Connections::new(common.target.address, CONNECTIONS));
        if forgotten + unknown > 0 {
            let found = search::made_by_this_run(common, &connections, deadline).await;
            let known = ids.len();
            ids.extend(found.ids);
            unknown = unknown.saturating_sub((ids.len() - known) as u64);
            if found.is_all {
                (forgotten, unknown) = (0, 0);
            }
        }
        delete(common, &connections, &ids, deadline).await
    });
    Cleaned { deleted, left: ids.len() as u64 - deleted + forgotten, unknown }
}

/// How many of them are gone in the end.
async fn delete(
    common: &Common,
    connections: &Rc<Connections>,
    ids: &BTreeSet<i64>,
    deadline: Instant,
) -> u64 {
    let parts: Vec<_> = (0..CONNECTIONS)
        .map(|first| {
            let ids: Vec<_> = ids.iter().copied().skip(first).step_by(CONNECTIONS).collect();
            let (connections, common) = (Rc::clone(connections), common.clone());
            tokio::task::spawn_local(async move {
                let mut deleted = 0;
                for id in ids {
                    if Instant::now() >= deadline {
                        break;
                    }
                    let request = unmeasured(&common, Method::DELETE, &routes::task(id));
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
}

/// A request of the generator itself.
fn unmeasured(common: &Common, method: Method, path: &str) -> HttpRequest {
    let uri = Uri::try_from(path).unwrap_or_default();
    let mut request = request::bare(method, uri, common.target.authority.clone());
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
