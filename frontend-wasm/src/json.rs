//! The API's bodies: what the page sends, and what it makes of the answers.

use api_types::Timestamp;
use api_types::task::Task;
use api_types::waterfall::Node;
use wasm_bindgen::JsValue;

use crate::dynamic::{each, flag, get, int, text, text_or_empty};
use crate::tracer::encode::push_string;
use crate::tracer::names;

/// A trace as far as it is known.
#[derive(Default)]
pub struct Found {
    /// The spans.
    pub spans: Vec<Span>,
    /// The log lines as they came, an array.
    pub logs: JsValue,
    /// One root and no orphan.
    pub complete: bool,
}

/// A span as far as the panel decides something by it; the rest is drawn from the answer
/// as it came.
#[derive(Clone)]
pub struct Span {
    /// 16 hexadecimal digits.
    pub span_id: String,
    /// The parent's id; none for a root.
    pub parent: Option<String>,
    /// `service.name` of the resource that recorded it.
    pub service: String,
    /// Its name.
    pub name: String,
    /// Its role between services: `internal`, `server`, `client`.
    pub kind: String,
    /// When it started.
    pub start: Timestamp,
    /// How long it took, in microseconds.
    pub duration_us: u64,
    /// Status ERROR.
    pub failed: bool,
    /// The database that a statement went to.
    pub database: Option<String>,
    /// Whether a request got an answer.
    pub answered: bool,
    /// The span as it came.
    pub raw: JsValue,
}

impl Found {
    /// How many log lines there are.
    #[must_use]
    pub fn log_count(&self) -> i64 {
        int(&self.logs, "length").unwrap_or(0)
    }
}

impl Span {
    /// What the waterfall needs to know of it.
    #[must_use]
    pub fn node(&self) -> Node<'_> {
        Node {
            span_id: &self.span_id,
            parent: self.parent.as_deref(),
            service: &self.service,
            start_us: self.start.unix_micros(),
            duration_us: self.duration_us,
        }
    }
}

/// Reads a task; `None` without an id.
#[must_use]
pub fn task(json: &JsValue) -> Option<Task> {
    Some(Task {
        id: int(json, "id")?,
        title: text_or_empty(json, "title"),
        description: text_or_empty(json, "description"),
        completed: flag(json, "completed"),
        created_at: time(json, "created_at"),
        updated_at: Timestamp::default(),
    })
}

/// Reads a trace. What is missing in it shows as empty: the panel is for looking at
/// faulty programs too.
#[must_use]
pub fn trace(json: &JsValue) -> Found {
    let mut spans = Vec::new();
    each(&get(json, "spans"), &mut |raw| spans.push(span(raw)));
    Found { spans, logs: get(json, "logs"), complete: flag(json, "complete") }
}

fn span(raw: JsValue) -> Span {
    let attributes = get(&raw, "attributes");
    Span {
        span_id: text_or_empty(&raw, "span_id"),
        parent: text(&raw, "parent_span_id"),
        service: text_or_empty(&raw, "service"),
        name: text_or_empty(&raw, "name"),
        kind: text_or_empty(&raw, "kind"),
        start: time(&raw, "start_time"),
        duration_us: int(&raw, "duration_us").unwrap_or(0).unsigned_abs(),
        failed: text_or_empty(&raw, "status") == "error",
        database: text(&attributes, names::DB_SYSTEM_NAME),
        answered: flag(&attributes, names::HTTP_RESPONSE_STATUS_CODE),
        raw,
    }
}

/// A member that is a time; the epoch when it is not.
#[inline(never)]
#[must_use]
pub fn time(json: &JsValue, name: &str) -> Timestamp {
    text_or_empty(json, name).parse().unwrap_or_default()
}

/// The body of a create.
#[must_use]
pub fn new_task(title: &str, description: &str) -> String {
    let mut json = String::from(r#"{"title":"#);
    push_string(&mut json, title);
    json.push_str(r#","description":"#);
    push_string(&mut json, description);
    json.push('}');
    json
}

/// The body of a change that marks a task as done or not.
#[must_use]
pub fn completion(completed: bool) -> String {
    let body = if completed { r#"{"completed":true}"# } else { r#"{"completed":false}"# };
    body.into()
}

#[cfg(test)]
mod tests {
    use api_types::task::{CreateTask, UpdateTask};

    use super::*;

    #[test]
    fn bodies_are_what_the_api_reads() {
        let (title, description) = ("\"quoted\" \\ 🦀", "two\nlines\u{0}".repeat(5000));
        let body: CreateTask = serde_json::from_str(&new_task(title, &description)).unwrap();
        assert_eq!(body.title, title);
        assert_eq!(body.description, Some(description));
        for completed in [true, false] {
            let body: UpdateTask = serde_json::from_str(&completion(completed)).unwrap();
            let expected = UpdateTask { completed: Some(completed), ..UpdateTask::default() };
            assert_eq!(body, expected);
        }
    }
}
