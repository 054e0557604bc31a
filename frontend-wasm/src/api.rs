//! The task API as the page uses it.

use api_types::{decimal, routes};
use wasm_bindgen::JsValue;

use crate::http::{Answer, Call, Fault};
use crate::tracer::Tracer;
use crate::tracer::context::SpanContext;
use crate::tracer::fetch::Request;
use crate::views::fields::Draft;
use crate::{dynamic, json};

/// When an answer that nobody waits for is given up on, in milliseconds.
const LOOK_TIMEOUT_MS: u32 = 5_000;

/// Why a call did not do what it was asked to.
#[derive(Debug, PartialEq, Eq)]
pub struct ApiError {
    /// A sentence for the person.
    pub detail: String,
    /// The trace that shows it, where the server names one.
    pub trace_id: Option<String>,
    /// The answer's status; none where no answer came.
    pub status: Option<u16>,
    /// The interaction's `error.type`: set for server faults and transport faults.
    pub error_type: Option<String>,
}

impl ApiError {
    /// Whether the server knows no such thing, or no longer.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status == Some(404)
    }

    /// The server answered something else than it promises.
    #[must_use]
    pub fn unreadable() -> Self {
        Self {
            detail: "The server's answer could not be read.".into(),
            trace_id: None,
            status: None,
            error_type: Some("unreadable_answer".into()),
        }
    }

    /// A problem speaks for itself; a proxy in between answers without a `detail`.
    fn refused(status: u16, detail: Option<String>, trace_id: Option<String>) -> Self {
        let code = decimal::text(status.into());
        let detail = detail.unwrap_or_else(|| {
            let mut detail = String::from("The server answered ");
            detail.push_str(&code);
            detail.push('.');
            detail
        });
        Self { detail, trace_id, status: Some(status), error_type: (status >= 500).then_some(code) }
    }

    fn unreached(fault: Fault) -> Self {
        let detail = if fault.name == "TimeoutError" {
            "The server did not answer in time."
        } else {
            "The server could not be reached."
        };
        Self { detail: detail.into(), trace_id: None, status: None, error_type: Some(fault.name) }
    }
}

/// Creates a task.
#[must_use]
pub fn create(draft: &Draft) -> Request {
    let url = routes::TASKS.into();
    Request { method: "POST", route: routes::TASKS, url, body: Some(json::texts(draft)) }
}

/// Marks a task as done or not.
#[must_use]
pub fn complete(id: i64, completed: bool) -> Request {
    change(id, json::completion(completed))
}

/// Changes a task's texts.
#[must_use]
pub fn edit(id: i64, draft: &Draft) -> Request {
    change(id, json::texts(draft))
}

fn change(id: i64, body: String) -> Request {
    Request { method: "PUT", route: routes::TASK, url: routes::task(id), body: Some(body) }
}

/// Deletes a task.
#[must_use]
pub fn delete(id: i64) -> Request {
    Request { method: "DELETE", route: routes::TASK, url: routes::task(id), body: None }
}

/// A call without a body; `rest` follows the route in the URL, a query for one.
#[must_use]
pub fn ask(method: &'static str, route: &'static str, rest: &str) -> Request {
    let mut url = String::from(route);
    url.push_str(rest);
    Request { method, route, url, body: None }
}

/// Performs a request as a part of `parent`'s trace; the body of a good answer.
pub async fn call(
    tracer: Tracer,
    parent: SpanContext,
    request: Request,
) -> Result<JsValue, ApiError> {
    outcome(tracer.traced_fetch(parent, request).await)
}

/// The body of a good answer, or what went wrong.
pub fn outcome(answer: Result<Answer, Fault>) -> Result<JsValue, ApiError> {
    match answer {
        Ok(Answer { status: 200..300, body, .. }) => Ok(body),
        Ok(Answer { status, body, .. }) => {
            let (detail, trace_id) =
                (dynamic::text(&body, "detail"), dynamic::text(&body, "trace_id"));
            Err(ApiError::refused(status, detail, trace_id))
        }
        Err(fault) => Err(ApiError::unreached(fault)),
    }
}

/// What the page asks by itself, untraced, and again if no answer comes in time.
#[must_use]
pub fn look(url: &str) -> Call<'_> {
    Call {
        method: "GET",
        url,
        body: None,
        traceparent: None,
        keepalive: false,
        timeout_ms: LOOK_TIMEOUT_MS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_speaks_for_itself() {
        let detail = Some("The title is empty.".into());
        let error = ApiError::refused(422, detail, Some("ab".into()));
        assert_eq!(error.detail, "The title is empty.");
        assert_eq!(error.trace_id.as_deref(), Some("ab"));
        assert_eq!(error.error_type, None);
    }

    #[test]
    fn other_failures_are_told_in_our_words() {
        let error = ApiError::refused(502, None, None);
        assert_eq!(error.detail, "The server answered 502.");
        assert_eq!(error.error_type.as_deref(), Some("502"));
        for (name, detail) in [
            ("TimeoutError", "The server did not answer in time."),
            ("TypeError", "The server could not be reached."),
        ] {
            let error = ApiError::unreached(Fault { name: name.into() });
            assert_eq!(error.detail, detail);
            assert_eq!(error.error_type.as_deref(), Some(name));
        }
    }
}
