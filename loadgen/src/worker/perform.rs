//! One request of a session, from its due time to what it showed.

use std::time::{Duration, Instant};

use serde::Deserialize;

use super::Worker;
use super::session::Session;
use crate::observation::{Observation, Outcome};
use crate::plan::{Action, Step};
use crate::telemetry::FinishedRequest;

/// What is read of a created task.
#[derive(Deserialize)]
struct Created {
    id: i64,
}

impl Worker {
    /// Performs a step. In the open model `taken` is when the worker took it up, and
    /// times count from the plan's; in the closed one they count from now.
    pub(super) async fn perform(
        &self,
        step: &Step,
        session: &mut Session,
        taken: Option<Instant>,
    ) -> Outcome {
        let common = &self.common;
        let ids = common.ids.of(step.number);
        let request = common.requests.request(step, session.task, &ids);
        let uri = ids.is_sampled.then(|| request.uri().clone());
        let due = match taken {
            Some(_) => common.start + step.due(),
            None => Instant::now(),
        };
        let wants_body = step.action == Action::Create;
        let exchange = self.connections.exchange(request, wants_body, due + common.timeout).await;
        let end = Instant::now();
        let outcome = exchange.outcome;
        self.remember(step, session, outcome, &exchange.body);

        let latency = end.saturating_duration_since(due);
        let seen = Observation {
            endpoint: step.action.endpoint(),
            persona: Some(step.persona),
            outcome,
            is_injected: matches!(step.action, Action::Fail),
            is_unexpected: is_unexpected(step.action, outcome),
            latency,
            service: end - exchange.sent,
            experienced: latency + step.uplink + step.downlink,
            slip: taken.map_or(Duration::ZERO, |taken| taken.saturating_duration_since(due)),
            trace_id: ids.is_sampled.then_some(ids.trace_id),
        };
        self.measured.record(&seen, common.threshold);
        if let Some(uri) = uri {
            if let (Some(sample), Outcome::Status(_)) = (&common.sample, outcome) {
                sample.offer(ids.trace_id, end);
            }
            common.spans.record(&FinishedRequest {
                ids: &ids,
                step,
                seen: &seen,
                path: uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str),
                session_id: || common.requests.session_id(step.session),
                synthetic_id: || common.requests.synthetic_id(step.session),
                sent: exchange.sent,
                end,
            });
        }
        outcome
    }

    /// Keeps the session's task up to date.
    fn remember(&self, step: &Step, session: &mut Session, outcome: Outcome, body: &[u8]) {
        match (step.action, outcome) {
            (Action::Create, Outcome::Status(201)) => {
                session.task = serde_json::from_slice(body).ok().map(|Created { id }: Created| id);
                match session.task {
                    Some(id) => self.common.tasks.add(id),
                    None => self.common.tasks.doubt(),
                }
            }
            (Action::Create, outcome) => {
                session.task = None;
                // The target may have made it before it failed or fell silent.
                let is_doubtful = match outcome {
                    Outcome::Status(status) => status >= 500,
                    Outcome::Broken | Outcome::Timeout => true,
                    Outcome::NoConnection => false,
                };
                if is_doubtful {
                    self.common.tasks.doubt();
                }
            }
            (Action::Delete, Outcome::Status(200 | 404)) => {
                if let Some(id) = session.task.take() {
                    self.common.tasks.remove(id);
                }
            }
            _ => {}
        }
    }
}

fn is_unexpected(action: Action, outcome: Outcome) -> bool {
    match (action, outcome) {
        (Action::Malformed(_), Outcome::Status(status)) => !(400..500).contains(&status),
        (Action::Fail, Outcome::Status(status)) => status != 500,
        (_, Outcome::Status(status)) => (300..500).contains(&status),
        (_, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Malformed;

    #[test]
    fn what_went_otherwise_is_seen() {
        let malformed = Action::Malformed(Malformed::NoTitle);
        for (action, status, expected) in [
            (Action::List, 200, false),
            (Action::List, 404, true),
            (Action::List, 500, false),
            (malformed, 422, false),
            (malformed, 201, true),
            (malformed, 500, true),
            (Action::Fail, 500, false),
            (Action::Fail, 200, true),
        ] {
            assert_eq!(is_unexpected(action, Outcome::Status(status)), expected, "{action:?}");
        }
        assert!(!is_unexpected(Action::List, Outcome::Timeout));
    }
}
