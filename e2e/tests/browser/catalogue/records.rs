//! The page's log records against the catalogue.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::{Row, Table};

/// What every record has besides the attributes of its event.
const COMMON: [&str; 2] = ["session.id", "url.path"];

/// How the records of export requests differ from the catalogue.
pub(crate) fn differences(bodies: &[Value]) -> Vec<String> {
    let table = Table::below("Records of the browser");
    let rows: Vec<_> = table.rows().collect();
    let mut seen = vec![BTreeSet::new(); rows.len()];
    let mut complaints = Vec::new();
    for record in records(bodies) {
        let (event, severity) = (&record["eventName"], &record["severityText"]);
        let is_of = |row: &Row<'_>| event == row.code("event name");
        let Some(at) = rows.iter().position(is_of) else {
            complaints.push(format!("no record {event} is listed"));
            continue;
        };
        if severity != rows[at].cell("severity") {
            complaints.push(format!("{event} is {severity}"));
        }
        let names: BTreeSet<String> = list(&record["attributes"])
            .iter()
            .map(|attribute| attribute["key"].as_str().unwrap().to_owned())
            .collect();
        let lacking = COMMON.iter().filter(|name| !names.contains(**name));
        complaints.extend(lacking.map(|name| format!("{event} lacks {name}")));
        seen[at].extend(names);
    }
    for (row, seen) in rows.iter().zip(seen) {
        let event = row.code("event name");
        let listed = listed(row);
        let absent = listed.difference(&seen);
        complaints.extend(absent.map(|name| format!("{event}: {name} does not occur")));
        let unlisted = seen.difference(&listed);
        complaints.extend(unlisted.map(|name| format!("{event}: {name} is not listed")));
    }
    complaints.sort();
    complaints.dedup();
    complaints
}

/// The attributes of an event. Those that begin with a dot go on from the event's name.
fn listed(row: &Row<'_>) -> BTreeSet<String> {
    let event = row.code("event name");
    let whole = |code: &str| match code.strip_prefix('.') {
        Some(rest) => format!("{event}.{rest}"),
        None => code.to_owned(),
    };
    let common = COMMON.into_iter().map(str::to_owned);
    row.codes("attributes").into_iter().map(whole).chain(common).collect()
}

fn records(bodies: &[Value]) -> impl Iterator<Item = &Value> {
    let resources = bodies.iter().flat_map(|body| list(&body["resourceLogs"]));
    let scopes = resources.flat_map(|resource| list(&resource["scopeLogs"]));
    scopes.flat_map(|scope| list(&scope["logRecords"]))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
