//! Spans out of OTLP/JSON, as the catalogue wants them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::spans::Seen;

/// The spans of export requests, and the names of their resources' attributes.
pub(crate) fn read(bodies: &[Value]) -> (Vec<Seen>, BTreeSet<BTreeSet<String>>) {
    let mut seen = Vec::new();
    let mut resources = BTreeSet::new();
    for resource in bodies.iter().flat_map(|body| list(&body["resourceSpans"])) {
        resources.insert(types(&resource["resource"]["attributes"]).into_keys().collect());
        let scopes = list(&resource["scopeSpans"]).iter();
        seen.extend(scopes.flat_map(|scope| list(&scope["spans"])).map(span));
    }
    (seen, resources)
}

fn span(span: &Value) -> Seen {
    Seen {
        name: span["name"].as_str().unwrap().to_owned(),
        kind: match span["kind"].as_i64() {
            Some(1) => "INTERNAL",
            Some(3) => "CLIENT",
            _ => "",
        },
        attributes: types(&span["attributes"]),
        events: list(&span["events"])
            .iter()
            .map(|event| {
                let fields = types(&event["attributes"]).into_keys().collect();
                (event["name"].as_str().unwrap().to_owned(), fields)
            })
            .collect(),
    }
}

/// The types of OTLP/JSON's attributes by their names.
fn types(attributes: &Value) -> BTreeMap<String, &'static str> {
    let kind = |value: &Value| {
        let kinds = [("stringValue", "string"), ("intValue", "int"), ("boolValue", "bool")];
        kinds.iter().find(|(key, _)| value.get(key).is_some()).map_or("", |(_, kind)| kind)
    };
    let name = |attribute: &Value| attribute["key"].as_str().unwrap().to_owned();
    list(attributes).iter().map(|attribute| (name(attribute), kind(&attribute["value"]))).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
