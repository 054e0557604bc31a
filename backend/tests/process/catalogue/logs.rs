//! Log lines and exported log records against the catalogue.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::{Row, Table};

/// What OpenTelemetry's own crates say of themselves is theirs to word.
const LIBRARY: &str = "opentelemetry";

/// What every line has, and a request's lines besides.
const OF_THE_LINE: [&str; 7] =
    ["timestamp", "level", "message", "target", "service.name", "trace_id", "span_id"];

/// A line or a record.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) message: String,
    pub(crate) level: String,
    pub(crate) target: String,
    pub(crate) fields: BTreeSet<String>,
}

impl Line {
    /// A line on stdout.
    pub(crate) fn printed(line: &Value) -> Self {
        let text = |key: &str| line[key].as_str().unwrap().to_owned();
        assert!(line["timestamp"].is_string() && line["service.name"] == "task-backend", "{line}");
        let keys = line.as_object().unwrap().keys();
        let fields = keys.filter(|key| !OF_THE_LINE.contains(&key.as_str())).cloned().collect();
        Self { message: text("message"), level: text("level"), target: text("target"), fields }
    }
}

/// How lines differ from the catalogue. `complete`: every line that this test checks
/// must be among them.
pub(crate) fn differences(lines: &[Line], complete: bool) -> Vec<String> {
    let table = Table::below("Lines");
    let rows: Vec<_> = table.rows().collect();
    let mut complaints = Vec::new();
    let mut seen: Vec<Vec<&Line>> = vec![Vec::new(); rows.len()];
    for line in lines.iter().filter(|line| !line.target.starts_with(LIBRARY)) {
        match rows.iter().position(|row| is_of(row, line)) {
            Some(at) => seen[at].push(line),
            None => complaints.push(format!("no line is listed like {line:?}")),
        }
    }
    for (row, lines) in rows.iter().zip(seen) {
        if !lines.is_empty() {
            complaints.extend(fields(row, &lines, complete));
        } else if complete && row.cell("checked by") == "catalogue" {
            complaints.push(format!("{} does not occur", row.code("message")));
        }
    }
    complaints
}

fn is_of(row: &Row<'_>, line: &Line) -> bool {
    has_form(row.code("message"), &line.message)
        && row.cell("level") == line.level
        && row.code("target") == line.target
}

fn fields(row: &Row<'_>, lines: &[&Line], complete: bool) -> Vec<String> {
    let message = row.code("message");
    let always = row.codes("fields");
    let some = row.codes("some have");
    let mut complaints = Vec::new();
    for line in lines {
        let has = |name: &&&str| line.fields.contains(**name);
        if let Some(name) = always.iter().find(|name| !has(name)) {
            complaints.push(format!("{message}: {name} is missing in {line:?}"));
        }
        let is_listed = |name: &str| always.contains(&name) || some.contains(&name);
        if let Some(name) = line.fields.iter().find(|name| !is_listed(name)) {
            complaints.push(format!("{message}: {name} is not listed"));
        }
    }
    for name in some {
        let count = lines.iter().filter(|line| line.fields.contains(name)).count();
        if complete && (count == 0 || count == lines.len()) {
            complaints.push(format!("{message}: {count} of {} have {name}", lines.len()));
        }
    }
    complaints
}

/// Whether `text` has the form of `template`: `{…}` is any text but none.
fn has_form(template: &str, text: &str) -> bool {
    match (template.find('{'), template.find('}')) {
        (Some(open), Some(close)) if open < close => {
            let Some(rest) = text.strip_prefix(&template[..open]) else { return false };
            let starts = rest.char_indices().map(|(at, _)| at).skip(1).chain([rest.len()]);
            starts.into_iter().any(|at| at > 0 && has_form(&template[close + 1..], &rest[at..]))
        }
        _ => template == text,
    }
}
