//! What docs/TELEMETRY.md lists: the labels of metrics, the names of attributes and fields.

use std::collections::{BTreeMap, BTreeSet};

/// Labels that Prometheus gives whatever it scrapes.
const SCRAPED: [&str; 2] = ["job", "instance"];
/// Fields that Loki's records have beside their attributes.
const RECORD: [&str; 4] = ["service_name", "severity_text", "trace_id", "span_id"];
/// What the names of the metrics that Tempo makes begin with.
const TEMPO: [&str; 2] = ["traces_spanmetrics_", "traces_service_graph_"];

/// The catalogue.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Metrics, histograms under the names of their parts as well, with their labels.
    metrics: BTreeMap<String, BTreeSet<String>>,
    /// Labels by the beginning of a metric's name.
    of_tempo: Vec<(&'static str, BTreeSet<String>)>,
    /// Everything that is set as code.
    names: BTreeSet<String>,
}

impl Known {
    /// Reads the document.
    pub(super) fn read(text: &str) -> Self {
        let mut known = Self::default();
        let instruments = text.split("\n### Instruments\n").nth(1).unwrap_or_default();
        for row in table(instruments) {
            let [metric, kind, labels, ..] = row[..] else { continue };
            let labels = codes(labels).chain(SCRAPED.map(str::to_owned));
            known.add(metric, kind, &labels.collect());
        }
        let sentence = text.lines().find(|line| line.starts_with("Tempo makes metrics of spans"));
        for part in sentence.unwrap_or_default().split("; ") {
            let Some((names, labels)) = part.rsplit_once(" by ") else { continue };
            let of = TEMPO.into_iter().filter(|start| names.contains(start));
            let labels: BTreeSet<_> = codes(labels).chain(["le".to_owned()]).collect();
            known.of_tempo.extend(of.map(|start| (start, labels.clone())));
        }
        let mut group = String::new();
        for name in codes(text) {
            // `.value` after `browser.web_vital.name` is `browser.web_vital.value`.
            if let Some(last) = name.strip_prefix('.') {
                known.names.insert(format!("{group}.{last}"));
            } else {
                if let Some((before, _)) = name.rsplit_once('.') {
                    before.clone_into(&mut group);
                }
                known.names.insert(name);
            }
        }
        known
    }

    fn add(&mut self, metric: &str, kind: &str, labels: &BTreeSet<String>) {
        for name in codes(metric).take(1) {
            if kind == "histogram" {
                let mut bucket = labels.clone();
                bucket.insert("le".to_owned());
                self.metrics.insert(format!("{name}_bucket"), bucket);
                for part in ["sum", "count"] {
                    self.metrics.insert(format!("{name}_{part}"), labels.clone());
                }
            }
            self.metrics.insert(name, labels.clone());
        }
    }

    /// The labels of a metric of ours; nothing for those of others.
    pub(super) fn labels(&self, metric: &str) -> Option<&BTreeSet<String>> {
        let of_tempo = || {
            let found = self.of_tempo.iter().find(|(start, _)| metric.starts_with(start));
            found.map(|(_, labels)| labels)
        };
        self.metrics.get(metric).or_else(of_tempo)
    }

    /// Whether a span or a resource has such an attribute.
    pub(super) fn is_attribute(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether a record in Loki has such a field: dots are underscores there.
    pub(super) fn is_field(&self, name: &str) -> bool {
        RECORD.contains(&name) || self.names.iter().any(|known| known.replace('.', "_") == name)
    }
}

/// The rows of the first table, without its head.
fn table(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let rows = text.lines().skip_while(|line| !line.starts_with('|'));
    let rows = rows.take_while(|line| line.starts_with('|')).skip(2);
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect())
}

/// What is set as code.
fn codes(text: &str) -> impl Iterator<Item = String> {
    let lines = text.lines().filter(|line| !line.starts_with("```"));
    lines.flat_map(|line| line.split('`').skip(1).step_by(2)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
| `app.region` | string |\n\
`browser.web_vital.name` (LCP), `.value`\n\
### Instruments\n\n\
| name | type | labels | buckets |\n|---|---|---|---|\n\
| `a_total`: as `b` says | counter | `method` | |\n\
| `c_seconds` | histogram | | 1 2 |\n\n\
Tempo makes metrics of spans: `traces_spanmetrics_calls_total` by `service`; `traces_service_graph_request_total` by `client`.\n";

    fn labels(known: &Known, metric: &str) -> Vec<String> {
        known.labels(metric).into_iter().flatten().cloned().collect()
    }

    #[test]
    fn the_catalogue_is_read() {
        let known = Known::read(TEXT);
        assert_eq!(labels(&known, "a_total"), ["instance", "job", "method"]);
        assert_eq!(labels(&known, "c_seconds_bucket"), ["instance", "job", "le"]);
        assert_eq!(labels(&known, "c_seconds_count"), ["instance", "job"]);
        assert_eq!(labels(&known, "traces_spanmetrics_latency_bucket"), ["le", "service"]);
        assert_eq!(labels(&known, "traces_service_graph_request_total"), ["client", "le"]);
        assert_eq!(known.labels("b"), None);
        assert!(known.is_attribute("app.region") && !known.is_attribute("app.reg"));
        assert!(known.is_field("browser_web_vital_value") && known.is_field("trace_id"));
        assert!(!known.is_field("browser_web_vital"));
    }
}
