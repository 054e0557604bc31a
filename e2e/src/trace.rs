//! Questions about a trace as `GET /api/traces/{trace_id}` answers it.

use serde_json::Value;

/// The trace's spans.
#[must_use]
pub fn spans(trace: &Value) -> &[Value] {
    trace["spans"].as_array().map_or(&[], Vec::as_slice)
}

/// The only span of `service` with this name.
///
/// # Panics
/// If there is none or more than one.
#[must_use]
pub fn only<'t>(trace: &'t Value, service: &str, name: &str) -> &'t Value {
    let found: Vec<_> = spans(trace)
        .iter()
        .filter(|span| span["service"] == service && span["name"] == name)
        .collect();
    assert_eq!(found.len(), 1, "{service} {name:?} in {trace:#}");
    found[0]
}

/// Name, service and depth of each span, parents before their children: the tree in a
/// form that a test can write down.
#[must_use]
pub fn tree(trace: &Value) -> Vec<(usize, String, String)> {
    let mut rows = Vec::new();
    add_children(trace, &Value::Null, 0, &mut rows);
    rows
}

fn add_children(
    trace: &Value,
    parent: &Value,
    depth: usize,
    rows: &mut Vec<(usize, String, String)>,
) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for span in spans(trace).iter().filter(|span| span["parent_span_id"] == *parent) {
        rows.push((depth, text(&span["service"]), text(&span["name"])));
        add_children(trace, &span["span_id"], depth + 1, rows);
    }
}
