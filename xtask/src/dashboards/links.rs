//! Where a click on a value leads.

use serde_json::{Value, json};

use super::source::Kind;

/// The value of the cell that was clicked.
const VALUE: &str = "${__value.raw}";

/// Links of single columns.
pub(super) fn columns(kind: Kind) -> Value {
    match kind {
        Kind::Traces => {
            let logs = format!("/d/lab-logs?var-trace_id={VALUE}&${{__url_time_range}}");
            let links = [link("The trace", &traces(VALUE)), link("Its log lines", &logs)];
            json!([column("traceID", &links)])
        }
        Kind::Table => {
            // Grafana shows a rule with its annotations, the link to its runbook among them.
            let rule = format!("/alerting/list?search=rule%3A%22{VALUE}%22");
            let query = format!("ALERTS{{alertname=\"{VALUE}\"}}");
            let query = json!({ "refId": "A", "expr": query, "range": true });
            let since = explore("prometheus", &query);
            let links = [link("The rule and its runbook", &rule), link("Since when", &since)];
            json!([column("alertname", &links)])
        }
        Kind::Lines | Kind::Stat | Kind::Logs | Kind::Graph => json!([]),
    }
}

/// The traces behind a line, by `TraceQL`.
pub(super) fn line(query: &str) -> Value {
    json!([link("Its traces", &traces(query))])
}

fn traces(query: &str) -> String {
    let query = json!({ "refId": "A", "queryType": "traceql", "query": query, "limit": 20 });
    explore("tempo", &query)
}

/// Explore with a query, over the time that the dashboard shows.
fn explore(uid: &str, query: &Value) -> String {
    let pane = json!({ "lab": {
        "datasource": uid,
        "queries": [query],
        "range": { "from": "${__from}", "to": "${__to}" },
    } });
    format!("/explore?schemaVersion=1&panes={}", encoded(&pane.to_string()))
}

fn link(title: &str, url: &str) -> Value {
    json!({ "title": title, "url": url, "targetBlank": false })
}

fn column(name: &str, links: &[Value]) -> Value {
    json!({
        "matcher": { "id": "byName", "options": name },
        "properties": [{ "id": "links", "value": links }],
    })
}

/// As a part of a URL, but for Grafana's variables, which it fills in itself; labels may hold
/// anything, so it encodes those.
fn encoded(text: &str) -> String {
    let mut url = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let variable = rest.strip_prefix("${").and_then(|inner| inner.split_once('}'));
        if let Some((name, following)) = variable {
            let format = if name.starts_with("__field.") { ":percentencode" } else { "" };
            url.extend(["${", name, format, "}"]);
            rest = following;
            continue;
        }
        let (letter, following) = rest.split_at(first.len_utf8());
        if first.is_ascii_alphanumeric() || "-._~".contains(first) {
            url.push(first);
        } else {
            url.extend(letter.bytes().map(|byte| format!("%{byte:02X}")));
        }
        rest = following;
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_variables_is_encoded() {
        assert_eq!(encoded("a \"ü\"{b}"), "a%20%22%C3%BC%22%7Bb%7D");
        assert_eq!(encoded("\"${__from}\""), "%22${__from}%22");
        assert_eq!(encoded("${__field.labels.a}"), "${__field.labels.a:percentencode}");
        assert_eq!(encoded("${open"), "%24%7Bopen");
    }

    #[test]
    fn tables_lead_on() {
        let traces = columns(Kind::Traces);
        let links = &traces[0]["properties"][0]["value"];
        assert_eq!(traces[0]["matcher"]["options"], "traceID");
        let logs = "/d/lab-logs?var-trace_id=${__value.raw}&${__url_time_range}";
        assert_eq!(links[1]["url"], logs);
        assert_eq!(columns(Kind::Table)[0]["matcher"]["options"], "alertname");
        assert_eq!(columns(Kind::Lines), json!([]));
    }
}
