//! This process's own spans and records in the wire's shape.

use std::time::{SystemTime, UNIX_EPOCH};

use api_types::trace::{Attributes, LogLine, Span, SpanEvent, SpanKind, SpanStatus};
use api_types::{AttributeValue, Timestamp};
use opentelemetry::trace::{SpanId, SpanKind as OtelKind, Status};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;
use telemetry::{FieldValue, LogRecord};

/// A span of the SDK's.
#[must_use]
pub fn span(span: &SpanData, service: &str) -> Span {
    let parent = span.parent_span_id;
    let duration = span.end_time.duration_since(span.start_time).unwrap_or_default();
    Span {
        span_id: span.span_context.span_id().to_string(),
        parent_span_id: (parent != SpanId::INVALID).then(|| parent.to_string()),
        service: service.to_owned(),
        name: span.name.clone().into_owned(),
        kind: match span.span_kind {
            OtelKind::Client => SpanKind::Client,
            OtelKind::Server => SpanKind::Server,
            OtelKind::Producer => SpanKind::Producer,
            OtelKind::Consumer => SpanKind::Consumer,
            OtelKind::Internal => SpanKind::Internal,
        },
        start_time: timestamp(span.start_time),
        duration_us: u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
        status: match span.status {
            Status::Unset => SpanStatus::Unset,
            Status::Ok => SpanStatus::Ok,
            Status::Error { .. } => SpanStatus::Error,
        },
        attributes: attributes(&span.attributes),
        events: span
            .events
            .iter()
            .map(|event| SpanEvent {
                name: event.name.clone().into_owned(),
                timestamp: timestamp(event.timestamp),
                attributes: attributes(&event.attributes),
            })
            .collect(),
    }
}

/// A log record of ours.
#[must_use]
pub fn log(record: &LogRecord, service: &str) -> LogLine {
    LogLine {
        timestamp: timestamp(record.timestamp),
        level: record.level.to_string(),
        message: record.message.clone(),
        service: service.to_owned(),
        span_id: record.span.map(|(_, span_id, _)| span_id.to_string()),
        fields: record
            .fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), field(value)))
            .collect(),
    }
}

fn attributes(attributes: &[KeyValue]) -> Attributes {
    attributes
        .iter()
        .map(|attribute| (attribute.key.as_str().to_owned(), value(&attribute.value)))
        .collect()
}

fn value(value: &Value) -> AttributeValue {
    match value {
        Value::Bool(value) => AttributeValue::Bool(*value),
        Value::I64(value) => AttributeValue::Int(*value),
        Value::F64(value) => AttributeValue::Double(*value),
        Value::Array(array) => AttributeValue::List(match array {
            Array::Bool(values) => values.iter().map(|value| (*value).into()).collect(),
            Array::I64(values) => values.iter().map(|value| (*value).into()).collect(),
            Array::F64(values) => values.iter().map(|value| (*value).into()).collect(),
            Array::String(values) => values.iter().map(|value| value.as_str().into()).collect(),
            // The enum is open; what comes is shown as text.
            other => vec![other.to_string().into()],
        }),
        text => AttributeValue::Text(text.as_str().into_owned()),
    }
}

fn field(value: &FieldValue) -> AttributeValue {
    match value {
        FieldValue::Text(text) => AttributeValue::Text(text.clone()),
        FieldValue::Bool(value) => AttributeValue::Bool(*value),
        FieldValue::Int(value) => AttributeValue::Int(*value),
        FieldValue::Double(value) => AttributeValue::Double(*value),
    }
}

fn timestamp(time: SystemTime) -> Timestamp {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}
