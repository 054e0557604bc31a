//! One trace as `GET /api/traces/{trace_id}` answers it.

use std::collections::BTreeMap;

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
    /// Where the parts came from: `memory`, later `tempo` and `loki` too.
    pub sources: Vec<String>,
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

/// Whether `spans` form one connected tree: exactly one root and no orphan.
#[must_use]
pub fn is_connected(spans: &[Span]) -> bool {
    let roots = spans.iter().filter(|span| span.parent_span_id.is_none()).count();
    let orphan = spans.iter().any(|span| {
        span.parent_span_id
            .as_ref()
            .is_some_and(|parent| !spans.iter().any(|other| &other.span_id == parent))
    });
    roots == 1 && !orphan
}
