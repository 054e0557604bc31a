//! Route templates, as the router, the metrics' `endpoint` label and the browser's
//! span names use them, and the functions that fill them in.

/// The page.
pub const PAGE: &str = "/";
/// The plain form's target: creates a task and redirects back to [`PAGE`].
pub const TASK_FORM: &str = "/tasks";
/// One trace on a page of its own.
pub const TRACE_PAGE: &str = "/traces/{trace_id}";
/// The page's list of tasks, as markup.
pub const TASKS_FRAGMENT: &str = "/fragments/tasks";
/// The page's banner of firing alerts, as markup.
pub const ALERTS_FRAGMENT: &str = "/fragments/alerts";
/// The page's trace panel, as markup.
pub const TRACE_FRAGMENT: &str = "/fragments/traces/{trace_id}";
/// List (GET) and create (POST).
pub const TASKS: &str = "/api/tasks";
/// One task: change (PUT) and delete (DELETE).
pub const TASK: &str = "/api/tasks/{id}";
/// Always fails with 500 (GET).
pub const SIMULATE_ERROR: &str = "/api/simulate-error";
/// Answers after `?delay=` seconds (GET).
pub const SIMULATE_SLOW: &str = "/api/simulate-slow";
/// Reads and writes that leave nothing behind (POST).
pub const SMOKE_DB: &str = "/api/smoke/db";
/// Synthetic traffic reports itself (POST).
pub const SYNTHETIC: &str = "/api/trace/synthetic/{id}";
/// One trace with its log lines.
pub const TRACE: &str = "/api/traces/{trace_id}";
/// Alerts that fire (GET).
pub const ALERTS: &str = "/api/alerts";
/// Alertmanager's webhook (POST); the proxy does not lead here.
pub const ALERT_WEBHOOK: &str = "/internal/alerts";
/// The browser's intake of spans, OTLP/JSON.
pub const OTLP_TRACES: &str = "/otlp/v1/traces";
/// The browser's intake of log records, OTLP/JSON.
pub const OTLP_LOGS: &str = "/otlp/v1/logs";
/// Liveness: the process answers.
pub const HEALTH: &str = "/health";
/// Readiness: the database answers.
pub const READY: &str = "/ready";
/// Prometheus exposition.
pub const METRICS: &str = "/metrics";
/// The API's description, OpenAPI 3.1.
pub const OPENAPI: &str = "/openapi.json";
/// Static files with hashed names.
pub const ASSETS: &str = "/assets";

/// The path of one task.
#[must_use]
pub fn task(id: i64) -> String {
    let mut path = String::from("/api/tasks/");
    if id < 0 {
        path.push('-');
    }
    crate::decimal::push(&mut path, id.unsigned_abs());
    path
}

/// The path of one trace; `trace_id` is 32 lower-case hexadecimal digits.
#[must_use]
pub fn trace(trace_id: &str) -> String {
    joined("/api/traces/", trace_id)
}

/// The path of the page of one trace.
#[must_use]
pub fn trace_page(trace_id: &str) -> String {
    joined("/traces/", trace_id)
}

/// The path of the panel of one trace.
#[must_use]
pub fn trace_fragment(trace_id: &str) -> String {
    joined("/fragments/traces/", trace_id)
}

fn joined(start: &str, end: &str) -> String {
    let mut path = String::from(start);
    path.push_str(end);
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filled_paths_follow_their_templates() {
        assert_eq!(task(7), TASK.replace("{id}", "7"));
        assert_eq!(task(-7), "/api/tasks/-7");
        assert_eq!(trace("ab"), TRACE.replace("{trace_id}", "ab"));
        assert_eq!(trace_page("ab"), TRACE_PAGE.replace("{trace_id}", "ab"));
        assert_eq!(trace_fragment("ab"), TRACE_FRAGMENT.replace("{trace_id}", "ab"));
    }
}
