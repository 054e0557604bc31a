//! What a person writes.

use serde::Deserialize;

/// A dashboard; its file's name is its uid.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dashboard {
    pub(super) title: String,
    /// Where Grafana lists it.
    pub(super) folder: String,
    /// What it is for.
    pub(super) about: String,
    /// Fields above the panels: `service`, `trace_id`.
    #[serde(default)]
    pub(super) variables: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// Panels side by side, of equal width.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) title: String,
    /// In Grafana's units of 30 pixels.
    #[serde(default = "usual_height")]
    pub(super) height: u32,
    pub(super) panels: Vec<Panel>,
}

/// One panel.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Panel {
    #[serde(default)]
    pub(super) kind: Kind,
    #[serde(default)]
    pub(super) source: Source,
    pub(super) title: String,
    /// What a value means, and what to make of it.
    pub(super) about: String,
    /// Grafana's name of the unit.
    pub(super) unit: String,
    /// Thresholds: a colour, preceded by where it begins but for the first.
    #[serde(default)]
    pub(super) steps: Vec<String>,
    /// Whether dots lead to traces.
    #[serde(default)]
    pub(super) exemplars: bool,
    /// `TraceQL` of the traces that a click on a line opens; `${__field.labels.NAME}` is the
    /// line's label.
    pub(super) traces: Option<String>,
    pub(super) queries: Vec<Query>,
}

/// How values are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// Lines over time.
    #[default]
    Lines,
    /// One number each.
    Stat,
    /// A table of the current values.
    Table,
    /// Log lines.
    Logs,
    /// A list of traces.
    Traces,
    /// The service graph.
    Graph,
}

/// The data source, by its uid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Source {
    #[default]
    Prometheus,
    Tempo,
    Loki,
}

/// A query and how its series are called.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    pub(super) expr: String,
    #[serde(default)]
    pub(super) legend: String,
}

impl Source {
    /// Both the uid and the type.
    pub(super) const fn uid(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus",
            Self::Tempo => "tempo",
            Self::Loki => "loki",
        }
    }
}

const fn usual_height() -> u32 {
    8
}
