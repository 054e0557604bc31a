//! One trace as `GET /api/traces/{trace_id}` answers it.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::{AttributeValue, Timestamp};

/// Attributes by name, in the order of their names.
pub type Attributes = BTreeMap<String, AttributeValue>;

/// A trace: its spans and the log lines that carry its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Trace {
    /// 32 lower-case hexadecimal digits.
    pub trace_id: String,
    /// In the order of their start.
    pub spans: Vec<Span>,
    /// In the order of their time.
    pub logs: Vec<LogLine>,
    /// Exactly one root (a span without a parent) and no span whose parent is missing.
    pub complete: bool,
    /// Where the parts came from: `memory`, `tempo`, `loki`.
    pub sources: Vec<String>,
    /// Stores that were asked and did not answer: `tempo`, `loki`.
    #[serde(default)]
    pub unavailable: Vec<String>,
}

/// One span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Span {
    /// 16 lower-case hexadecimal digits.
    pub span_id: String,
    /// The parent's id; null for a root.
    pub parent_span_id: Option<String>,
    /// `service.name` of the resource that recorded it.
    pub service: String,
    /// The span's name, of low cardinality.
    pub name: String,
    /// The span's role between services.
    pub kind: SpanKind,
    /// When it started.
    pub start_time: Timestamp,
    /// How long it took, in microseconds.
    pub duration_us: u64,
    /// How it ended.
    pub status: SpanStatus,
    /// The span's attributes, the resource's left out.
    #[cfg_attr(feature = "schema", schema(value_type = Object))]
    pub attributes: Attributes,
    /// What happened within it.
    #[serde(default)]
    pub events: Vec<SpanEvent>,
}

/// OTLP's span kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum SpanKind {
    /// Work inside one service.
    #[default]
    Internal,
    /// Handling a remote request.
    Server,
    /// Making a remote request.
    Client,
    /// Sending a message.
    Producer,
    /// Receiving a message.
    Consumer,
}

/// OTLP's span status codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum SpanStatus {
    /// Neither said to be good nor bad: the usual one.
    #[default]
    Unset,
    /// Said to be good.
    Ok,
    /// Failed.
    Error,
}

/// A moment within a span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SpanEvent {
    /// The event's name, `exception` for one.
    pub name: String,
    /// When it happened.
    pub timestamp: Timestamp,
    /// Its attributes.
    #[cfg_attr(feature = "schema", schema(value_type = Object))]
    pub attributes: Attributes,
}

/// One log line of a trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LogLine {
    /// When it was written.
    pub timestamp: Timestamp,
    /// `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR` or `FATAL`.
    pub level: String,
    /// The line's text.
    pub message: String,
    /// `service.name` of the resource that wrote it.
    pub service: String,
    /// The span that was current; null when none was.
    pub span_id: Option<String>,
    /// The line's other fields.
    #[cfg_attr(feature = "schema", schema(value_type = Object))]
    pub fields: Attributes,
}

impl Trace {
    /// Whether nothing of it is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.logs.is_empty()
    }
}

impl Span {
    /// When it started, in microseconds since the Unix epoch.
    #[must_use]
    pub fn start_us(&self) -> i64 {
        self.start_time.unix_micros()
    }

    /// When it ended, in microseconds since the Unix epoch.
    #[must_use]
    pub fn end_us(&self) -> i64 {
        self.start_us().saturating_add_unsigned(self.duration_us)
    }
}

/// Whether `spans` form one connected tree: exactly one root and no orphan.
#[must_use]
pub fn is_connected(spans: &[Span]) -> bool {
    let roots = spans.iter().filter(|span| span.parent_span_id.is_none()).count();
    roots == 1 && orphans(spans) == 0
}

/// How many spans name a parent that is missing.
#[must_use]
pub fn orphans(spans: &[Span]) -> usize {
    let ids: HashSet<&str> = spans.iter().map(|span| span.span_id.as_str()).collect();
    let is_orphan =
        |span: &&Span| span.parent_span_id.as_deref().is_some_and(|parent| !ids.contains(parent));
    spans.iter().filter(is_orphan).count()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A span by its id, parent and service, with start and duration in microseconds.
    pub(crate) fn span(
        id: &str,
        parent: Option<&str>,
        service: &str,
        start_us: i64,
        duration_us: u64,
    ) -> Span {
        Span {
            span_id: id.into(),
            parent_span_id: parent.map(Into::into),
            service: service.into(),
            name: id.into(),
            kind: SpanKind::Internal,
            start_time: Timestamp::from_unix_micros(start_us),
            duration_us,
            status: SpanStatus::Unset,
            attributes: BTreeMap::new(),
            events: Vec::new(),
        }
    }
}
