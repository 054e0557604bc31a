//! What the collector keeps of a browser's telemetry is what the catalogue says a page
//! sends: no more, or anybody could write it; no less, or it would be lost in the stack.

use std::collections::BTreeSet;

use super::document::Table;

const COLLECTOR: &str = include_str!("../../../../compose/otel-collector/config.yaml");

/// The names in the list of `keep_keys` for a place such as `span.attributes`.
fn kept(place: &str) -> BTreeSet<&'static str> {
    let statement = format!("keep_keys({place}, [");
    let (_, rest) = COLLECTOR.split_once(&statement).unwrap_or_else(|| panic!("no {statement}"));
    let (list, _) = rest.split_once(']').unwrap();
    list.split('"').skip(1).step_by(2).collect()
}

#[test]
fn the_collector_keeps_what_a_page_sends() {
    let attributes = Table::below("Attributes");
    let spans: BTreeSet<_> = attributes
        .rows()
        .filter(|row| {
            ["action", "load", "phase", "fetch"].iter().any(|kind| !row.cell(kind).is_empty())
        })
        .map(|row| row.code("attribute"))
        .collect();
    assert_eq!(kept("span.attributes"), spans);

    let resource = Table::below("Resource");
    let page: BTreeSet<_> = resource
        .rows()
        .filter(|row| row.cell("task-frontend") == "yes")
        .map(|row| row.code("attribute"))
        // Forced upon all that comes this way.
        .filter(|name| *name != "service.name")
        .collect();
    assert_eq!(kept("resource.attributes"), page);

    let records = Table::below("Records of the browser");
    let mut names = BTreeSet::from(["session.id".to_owned(), "url.path".to_owned()]);
    for row in records.rows() {
        for code in row.codes("attributes") {
            let event = row.code("event name");
            names.insert(if code.starts_with('.') {
                format!("{event}{code}")
            } else {
                code.into()
            });
        }
    }
    assert_eq!(kept("log.attributes"), names.iter().map(String::as_str).collect());
}
