//! Spans against the catalogue. The browser's tests use this file as well.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Row, Table};

/// A span as it was exported, attributes by name with their types.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) name: String,
    /// `SERVER`, `CLIENT` or `INTERNAL`
    pub(crate) kind: &'static str,
    pub(crate) attributes: BTreeMap<String, &'static str>,
    /// Names with the names of their attributes.
    pub(crate) events: Vec<(String, BTreeSet<String>)>,
}

/// How the spans of one service differ from the catalogue; `database` names the engine
/// that they speak of.
pub(crate) fn differences(service: &str, database: &str, seen: &[Seen]) -> Vec<String> {
    let spans = Table::below("Spans");
    let rows: Vec<_> = spans.rows().filter(|row| row.cell("service") == service).collect();
    let names: Vec<_> = rows.iter().map(|row| (*row, names(row.code("span")))).collect();
    let mut complaints = Vec::new();
    let mut kinds: BTreeMap<&str, Vec<&Seen>> = BTreeMap::new();
    let mut used = BTreeSet::new();
    for span in seen {
        let row = names
            .iter()
            .position(|(row, names)| row.cell("kind") == span.kind && names.contains(&span.name));
        if let Some(at) = row {
            used.insert(at);
            kinds.entry(rows[at].cell("attributes")).or_default().push(span);
        } else {
            complaints.push(format!("{service}: no span {:?} {} is listed", span.name, span.kind));
        }
    }
    for (at, row) in rows.iter().enumerate() {
        // Some a test of their own checks.
        if !used.contains(&at)
            && ["catalogue", "browser", "loadgen"].contains(&row.cell("checked by"))
        {
            complaints.push(format!("{service}: {} does not occur", row.cell("span")));
        }
    }
    complaints.extend(unused_parts(service, seen));
    for (kind, spans) in kinds {
        complaints.extend(attributes(kind, database, &spans));
        complaints.extend(events(kind, &spans));
    }
    complaints.sort();
    complaints.dedup();
    complaints
}

/// The values of each part of names.
fn parts() -> BTreeMap<String, Vec<String>> {
    let table = Table::below("Parts of names");
    let values = |row: Row<'_>| row.codes("values").into_iter().map(str::to_owned).collect();
    table.rows().map(|row| (row.code("part").to_owned(), values(row))).collect()
}

/// Every name that a template stands for.
fn names(template: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::from([template.to_owned()]);
    for (part, values) in parts() {
        let filled = |name: &String| {
            let has_part = name.contains(&part);
            let values = if has_part { values.as_slice() } else { &[] };
            let unchanged = (!has_part).then(|| name.clone());
            values
                .iter()
                .map(|value| name.replacen(&part, value, 1))
                .chain(unchanged)
                .collect::<Vec<_>>()
        };
        names = names.iter().flat_map(filled).collect();
    }
    names
}

/// Values of parts that no name has; a client may use any method.
fn unused_parts(service: &str, seen: &[Seen]) -> Vec<String> {
    let spans = Table::below("Spans");
    let mut complaints = Vec::new();
    for (part, values) in parts().into_iter().filter(|(part, _)| part != "{method}") {
        let rows = spans.rows().filter(|row| row.cell("service") == service);
        let uses = rows.filter(|row| row.code("span").contains(&part)).count() > 0;
        // The page and the load generator ask for some of the routes; which, their own
        // tests say.
        if !uses || (service != "task-backend" && part == "{route}") {
            continue;
        }
        for value in values {
            let occurs = |span: &Seen| {
                span.name
                    .split_once(' ')
                    .is_some_and(|(first, rest)| first == value || rest == value)
            };
            if !seen.iter().any(occurs) {
                complaints.push(format!("{service}: no name has {part} = {value}"));
            }
        }
    }
    complaints
}

fn attributes(kind: &str, database: &str, spans: &[&Seen]) -> Vec<String> {
    let table = Table::below("Attributes");
    let mut complaints = Vec::new();
    let mut listed = BTreeSet::new();
    for row in table.rows() {
        let name = row.code("attribute");
        listed.insert(name);
        let types: BTreeSet<_> =
            spans.iter().filter_map(|span| span.attributes.get(name)).collect();
        let count = spans.iter().filter(|span| span.attributes.contains_key(name)).count();
        let presence = match row.cell(kind) {
            "postgresql" if database == "postgresql" => "always",
            "postgresql" => "",
            presence => presence,
        };
        let fits = match presence {
            "always" => count == spans.len(),
            "some" => count > 0 && count < spans.len(),
            "" => count == 0,
            other => panic!("{name}: what does {other:?} mean?"),
        };
        if !fits {
            complaints.push(format!(
                "{kind}: {name} is on {count} of {} spans, listed as {presence:?}",
                spans.len()
            ));
        }
        if types.iter().any(|found| **found != row.cell("type")) {
            complaints.push(format!("{kind}: {name} is {types:?}, listed as {}", row.cell("type")));
        }
    }
    for name in spans.iter().flat_map(|span| span.attributes.keys()) {
        if !listed.contains(name.as_str()) {
            complaints.push(format!("{kind}: the attribute {name} is not listed"));
        }
    }
    complaints
}

fn events(kind: &str, spans: &[&Seen]) -> Vec<String> {
    let table = Table::below("Events");
    let mut listed = BTreeSet::new();
    let mut expected = BTreeSet::new();
    for row in table.rows().filter(|row| row.codes("attributes of span").contains(&kind)) {
        let fields: BTreeSet<_> = row.codes("fields").into_iter().map(str::to_owned).collect();
        for event in row.codes("event") {
            listed.insert((event.to_owned(), fields.clone()));
            // What a browser measures is its own affair.
            if !row.cell("when").starts_with("where the browser tells") {
                expected.insert((event.to_owned(), fields.clone()));
            }
        }
    }
    let seen: BTreeSet<_> = spans.iter().flat_map(|span| span.events.iter().cloned()).collect();
    let mut complaints = Vec::new();
    complaints
        .extend(seen.difference(&listed).map(|event| format!("{kind}: {event:?} is not listed")));
    complaints.extend(
        expected.difference(&seen).map(|event| format!("{kind}: {event:?} does not occur")),
    );
    complaints
}

/// How the attributes of a service's resource differ from the catalogue.
pub(crate) fn resource_differences(service: &str, seen: &BTreeSet<String>) -> Vec<String> {
    let table = Table::below("Resource");
    let rows = table.rows().filter(|row| row.cell(service) == "yes");
    let listed: BTreeSet<_> = rows.map(|row| row.code("attribute").to_owned()).collect();
    let unlisted = seen.difference(&listed).map(|name| format!("{service}: resource has {name}"));
    let absent = listed.difference(seen).map(|name| format!("{service}: resource lacks {name}"));
    unlisted.chain(absent).collect()
}
