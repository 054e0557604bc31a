//! What a step asks for.

use std::fmt;
use std::time::Duration;

use api_types::routes;

/// One request, before the session's own task fills its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The newest tasks.
    List,
    /// The newest tasks that are not completed.
    ListPending,
    /// A new task.
    Create,
    /// The session's task.
    Get,
    /// The session's task gets another description.
    Edit,
    /// The session's task is completed.
    Complete,
    /// The session's task goes.
    Delete,
    /// The persona introduces itself.
    Report,
    /// A failure on request.
    Fail,
    /// A delay on request.
    Slow(Duration),
    /// A request that must be refused.
    Malformed(Malformed),
}

/// What is wrong with a malformed request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// A body that is no JSON.
    NoJson,
    /// A task without a title.
    NoTitle,
    /// A page of minus one task.
    BadLimit,
    /// An id that is no number.
    BadId,
}

impl Malformed {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::NoJson, Self::NoTitle, Self::BadLimit, Self::BadId];
}

/// What is measured by itself: a method and a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The HTTP method.
    pub method: &'static str,
    /// The route template.
    pub route: &'static str,
}

impl fmt::Display for Endpoint {
    /// As spans are named: `GET /api/tasks/{id}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.route)
    }
}

/// Every endpoint, the last for `--path`. Reports follow this order.
pub const ENDPOINTS: [Endpoint; 9] = [
    Endpoint { method: "GET", route: routes::TASKS },
    Endpoint { method: "POST", route: routes::TASKS },
    Endpoint { method: "GET", route: routes::TASK },
    Endpoint { method: "PUT", route: routes::TASK },
    Endpoint { method: "DELETE", route: routes::TASK },
    Endpoint { method: "POST", route: routes::SYNTHETIC },
    Endpoint { method: "GET", route: routes::SIMULATE_ERROR },
    Endpoint { method: "GET", route: routes::SIMULATE_SLOW },
    Endpoint { method: "GET", route: "--path" },
];

/// The place of `--path` in [`ENDPOINTS`].
pub const OTHER_ENDPOINT: u8 = 8;

impl Action {
    /// The place in [`ENDPOINTS`].
    #[must_use]
    pub const fn endpoint(self) -> u8 {
        match self {
            Self::List | Self::ListPending | Self::Malformed(Malformed::BadLimit) => 0,
            Self::Create | Self::Malformed(Malformed::NoJson | Malformed::NoTitle) => 1,
            Self::Get | Self::Malformed(Malformed::BadId) => 2,
            Self::Edit | Self::Complete => 3,
            Self::Delete => 4,
            Self::Report => 5,
            Self::Fail => 6,
            Self::Slow(_) => 7,
        }
    }

    /// Whether it works on the session's task, which must exist then.
    #[must_use]
    pub const fn needs_task(self) -> bool {
        matches!(self, Self::Get | Self::Edit | Self::Complete | Self::Delete)
    }

    /// The name that `X-Operation` carries.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::List => "list-tasks",
            Self::ListPending => "list-pending",
            Self::Create => "add-task",
            Self::Get => "open-task",
            Self::Edit => "edit-task",
            Self::Complete => "complete-task",
            Self::Delete => "delete-task",
            Self::Report => "report-persona",
            Self::Fail => "simulate-error",
            Self::Slow(_) => "simulate-slow",
            Self::Malformed(_) => "malformed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_those_of_their_actions() {
        for (action, method, route) in [
            (Action::List, "GET", "/api/tasks"),
            (Action::Create, "POST", "/api/tasks"),
            (Action::Get, "GET", "/api/tasks/{id}"),
            (Action::Complete, "PUT", "/api/tasks/{id}"),
            (Action::Delete, "DELETE", "/api/tasks/{id}"),
            (Action::Report, "POST", "/api/trace/synthetic/{id}"),
            (Action::Fail, "GET", "/api/simulate-error"),
            (Action::Slow(Duration::ZERO), "GET", "/api/simulate-slow"),
        ] {
            let endpoint = ENDPOINTS[usize::from(action.endpoint())];
            assert_eq!((endpoint.method, endpoint.route), (method, route));
        }
        assert_eq!(usize::from(OTHER_ENDPOINT), ENDPOINTS.len() - 1);
    }
}
