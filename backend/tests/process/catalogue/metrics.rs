//! `/metrics` against the catalogue.

use std::collections::{BTreeMap, BTreeSet};

use super::document::Table;

/// What a metric is in the exposition.
#[derive(Debug, Default)]
struct Metric {
    kind: String,
    labels: BTreeMap<String, BTreeSet<String>>,
    buckets: Vec<String>,
}

/// How the exposition differs from the catalogue.
pub(crate) fn differences(text: &str) -> Vec<String> {
    let mut seen = read(text);
    let mut complaints = Vec::new();
    for row in Table::below("Instruments").rows() {
        let name = row.code("name");
        let Some(metric) = seen.remove(name) else {
            complaints.push(format!("{name} does not occur"));
            continue;
        };
        let labels: BTreeSet<_> = row.codes("labels").into_iter().map(str::to_owned).collect();
        if row.cell("type") != metric.kind {
            complaints.push(format!("{name} is a {}", metric.kind));
        }
        if metric.labels.keys().cloned().collect::<BTreeSet<_>>() != labels {
            complaints.push(format!("{name} has the labels {:?}", metric.labels.keys()));
        }
        if row.cell("buckets") != metric.buckets.join(" ") {
            complaints.push(format!("{name} has the buckets {}", metric.buckets.join(" ")));
        }
        for (label, values) in &metric.labels {
            complaints.extend(values_differ(name, label, values));
        }
    }
    complaints.extend(seen.keys().map(|name| format!("{name} is not listed")));
    complaints
}

/// Label values that are not listed, and those that start at 0 and are not there.
fn values_differ(metric: &str, label: &str, seen: &BTreeSet<String>) -> Vec<String> {
    let table = Table::below("Label values");
    let row =
        table.rows().find(|row| row.code("label") == label && row.codes("of").contains(&metric));
    let Some(row) = row else {
        return vec![format!("{metric}: the values of {label} are not listed")];
    };
    if row.cell("values") == "any" {
        return Vec::new();
    }
    let routes = Table::below("Parts of names");
    let listed = row.codes("values").into_iter().flat_map(|value| match value {
        "{route}" => routes.rows().find(|row| row.code("part") == value).unwrap().codes("values"),
        value => vec![value],
    });
    let listed: BTreeSet<_> = listed.map(str::to_owned).collect();
    let mut complaints: Vec<_> = seen
        .difference(&listed)
        .map(|value| format!("{metric}: {label}={value} is not listed"))
        .collect();
    // Clients choose method and persona; the other values all occur.
    let chosen = ["method", "region", "device", "mode"].contains(&label);
    // No fault of ours is without a route.
    let never = |value: &str| metric == "http_errors_total" && value == "unmatched";
    let occurs = |value: &&String| !chosen && !never(value);
    complaints.extend(
        listed
            .difference(seen)
            .filter(occurs)
            .map(|value| format!("{metric}: {label}={value} does not occur")),
    );
    complaints
}

fn read(text: &str) -> BTreeMap<String, Metric> {
    let mut metrics: BTreeMap<String, Metric> = BTreeMap::new();
    for line in text.lines() {
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            kind.clone_into(&mut metrics.entry(name.to_owned()).or_default().kind);
        } else if !line.starts_with('#') {
            let (series, _value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = series.split_once('{').unwrap_or((series, ""));
            // The samples of a histogram have names of their own.
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end).filter(|name| metrics.contains_key(*name)));
            let metric = metrics.get_mut(family.unwrap_or(name)).unwrap();
            for (label, value) in pairs(labels.trim_end_matches('}')) {
                if label != "le" {
                    metric.labels.entry(label).or_default().insert(value);
                } else if value != "+Inf" && !metric.buckets.contains(&value) {
                    metric.buckets.push(value);
                }
            }
        }
    }
    metrics
}

/// `a="x",b="y"`; no value here has a quotation mark.
fn pairs(labels: &str) -> Vec<(String, String)> {
    let parts = labels.split("\",").filter(|part| !part.is_empty());
    let pair = |part: &str| {
        let (name, value) = part.split_once("=\"").unwrap();
        (name.to_owned(), value.trim_end_matches('"').to_owned())
    };
    parts.map(pair).collect()
}
