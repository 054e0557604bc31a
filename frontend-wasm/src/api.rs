//! The task API as the page uses it.

use api_types::{decimal, routes};
use wasm_bindgen::JsValue;
use web_sys::Window;

use crate::dynamic;
use crate::http::{self, Answer, Call, Fault};
use crate::json::{self, Found};
use crate::tracer::Tracer;
use crate::tracer::context::SpanContext;
use crate::tracer::fetch::Request;
use crate::tracer::ids;

/// When an answer of the trace API is given up on, in milliseconds: the next look comes
/// anyway.
const TRACE_TIMEOUT_MS: u32 = 5_000;

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
pub fn create(title: &str, description: &str) -> Request {
    Request {
        method: "POST",
        route: routes::TASKS,
        url: routes::TASKS.into(),
        body: Some(json::new_task(title, description)),
    }
}

/// Marks a task as done or not.
#[must_use]
pub fn complete(id: i64, completed: bool) -> Request {
    Request {
        method: "PUT",
        route: routes::TASK,
        url: routes::task(id),
        body: Some(json::completion(completed)),
    }
}

/// Deletes a task.
#[must_use]
pub fn delete(id: i64) -> Request {
    Request { method: "DELETE", route: routes::TASK, url: routes::task(id), body: None }
}

/// Lists the tasks that follow a cursor.
#[must_use]
pub fn older(after: &str) -> Request {
    let mut url = String::from(routes::TASKS);
    url.push_str("?after=");
    push_encoded(&mut url, after);
    Request { method: "GET", route: routes::TASKS, url, body: None }
}

/// Percent-encodes whatever has a meaning of its own in a URL (RFC 3986 §2.3).
fn push_encoded(url: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                url.push(char::from(byte));
            }
            _ => {
                url.push('%');
                ids::push_hex(url, &[byte]);
            }
        }
    }
}

/// Performs a request as a part of `parent`'s trace; the body of a good answer.
pub async fn call(
    tracer: Tracer,
    parent: SpanContext,
    request: Request,
) -> Result<JsValue, ApiError> {
    match tracer.traced_fetch(parent, request).await {
        Ok(Answer { status: 200..300, body, .. }) => Ok(body),
        Ok(Answer { status, body, .. }) => {
            let (detail, trace_id) =
                (dynamic::text(&body, "detail"), dynamic::text(&body, "trace_id"));
            Err(ApiError::refused(status, detail, trace_id))
        }
        Err(fault) => Err(ApiError::unreached(fault)),
    }
}

/// What is known of a trace by now; `None` while nothing is. Not traced itself.
pub async fn trace(window: &Window, trace_id: &str) -> Option<Found> {
    let call = Call {
        method: "GET",
        url: &routes::trace(trace_id),
        body: None,
        traceparent: None,
        keepalive: false,
        timeout_ms: TRACE_TIMEOUT_MS,
    };
    let answer = http::send(window, &call).await.ok()?;
    (answer.status == 200).then(|| json::trace(&answer.body))
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
    fn a_cursor_survives_the_query() {
        assert_eq!(older("a-1 &é").url, "/api/tasks?after=a-1%20%26%c3%a9");
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
