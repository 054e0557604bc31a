//! Finds a run's tasks by what their descriptions say.

use std::collections::BTreeSet;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use api_types::task::{Task, TaskList};
use api_types::{Timestamp, routes};
use http::Method;

use super::unmeasured;
use crate::observation::Outcome;
use crate::worker::Common;
use crate::worker::connections::Connections;

/// Tasks that are asked for at once.
const PAGE: usize = 100;
/// How far the target's clock may be behind.
const CLOCKS_DIFFER: Duration = Duration::from_hours(1);

/// What a search found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Tasks that this run made.
    pub(super) ids: BTreeSet<i64>,
    /// There are no others.
    pub(super) is_all: bool,
}

/// Looks through the newest tasks, back to the start of the run.
pub(super) async fn made_by_this_run(
    common: &Common,
    connections: &Connections,
    deadline: Instant,
) -> Found {
    let mark = common.requests.mark();
    let oldest = before(common.start);
    let mut found = Found::default();
    let mut after = None;
    while let Some(page) = page(common, connections, after.as_deref(), deadline).await {
        found.ids.extend(page.tasks.iter().filter(|task| is_of(&mark, task)).map(|task| task.id));
        let is_old = page.tasks.last().is_some_and(|task| task.created_at < oldest);
        if is_old || page.next.is_none() {
            found.is_all = true;
            break;
        }
        after = page.next;
    }
    found
}

/// As created, or as edited since.
fn is_of(mark: &str, task: &Task) -> bool {
    task.description.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(','))
}

async fn page(
    common: &Common,
    connections: &Connections,
    after: Option<&str>,
    deadline: Instant,
) -> Option<TaskList> {
    let cursor = after.map_or_else(String::new, |after| format!("&after={after}"));
    let path = format!("{}?limit={PAGE}{cursor}", routes::TASKS);
    let request = unmeasured(common, Method::GET, &path);
    let limit = deadline.min(Instant::now() + common.timeout);
    let exchange = connections.exchange(request, true, limit).await;
    match exchange.outcome {
        Outcome::Status(200) => serde_json::from_slice(&exchange.body).ok(),
        _ => None,
    }
}

/// The moment before which the run cannot have made anything, by any clock.
fn before(start: Instant) -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let since = since.saturating_sub(start.elapsed() + CLOCKS_DIFFER);
    Timestamp::from_unix_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_knows_its_own_tasks() {
        let of = |description: &str| {
            let task = Task {
                id: 1,
                title: "t".to_owned(),
                description: description.to_owned(),
                completed: false,
                created_at: Timestamp::default(),
                updated_at: Timestamp::default(),
            };
            is_of("loadgen abcdef01", &task)
        };
        assert!(of("loadgen abcdef01") && of("loadgen abcdef01, edited"));
        assert!(!of("loadgen abcdef012") && !of("loadgen 00000000") && !of(""));
    }

    #[test]
    fn the_search_goes_back_to_the_start_and_not_to_the_beginning() {
        let start = Instant::now().checked_sub(Duration::from_secs(5)).unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
        let back = i64::try_from(now).unwrap() - before(start).unix_micros();
        assert!((3_605_000_000..3_606_000_000).contains(&back), "{back}");
    }
}
