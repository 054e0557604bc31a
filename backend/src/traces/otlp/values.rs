//! Attribute values.

use api_types::trace::Attributes;
use api_types::{AttributeValue, Timestamp};
use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};

/// How deep lists and maps are followed; what lies deeper is left out.
const MAX_DEPTH: usize = 4;

/// The text of an attribute, if it is one.
pub(super) fn text(attribute: &KeyValue) -> Option<&str> {
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}

/// Attributes by name; maps are flattened into dotted names.
pub(super) fn attributes(list: Vec<KeyValue>) -> Attributes {
    let mut attributes = Attributes::new();
    for attribute in list {
        add(&mut attributes, attribute.key, attribute.value, 0);
    }
    attributes
}

fn add(attributes: &mut Attributes, key: String, value: Option<AnyValue>, depth: usize) {
    match value.and_then(|value| value.value) {
        Some(Value::KvlistValue(map)) if depth < MAX_DEPTH => {
            for inner in map.values {
                add(attributes, format!("{key}.{}", inner.key), inner.value, depth + 1);
            }
        }
        Some(value) => {
            if let Some(value) = plain(value, depth) {
                attributes.insert(key, value);
            }
        }
        None => {}
    }
}

/// A value that is no map: a map within a list has no name to stand under.
fn plain(value: Value, depth: usize) -> Option<AttributeValue> {
    match value {
        Value::StringValue(text) => Some(AttributeValue::Text(text)),
        Value::BoolValue(value) => Some(AttributeValue::Bool(value)),
        Value::IntValue(value) => Some(AttributeValue::Int(value)),
        Value::DoubleValue(value) => Some(AttributeValue::Double(value)),
        Value::BytesValue(bytes) => Some(AttributeValue::Text(format!("({} bytes)", bytes.len()))),
        Value::ArrayValue(list) if depth < MAX_DEPTH => Some(AttributeValue::List(
            list.values.into_iter().filter_map(|value| plain(value.value?, depth + 1)).collect(),
        )),
        _ => None,
    }
}

/// A body or any other value as text.
pub(super) fn message(body: Option<AnyValue>) -> String {
    body.and_then(|body| plain(body.value?, 0)).map(|value| value.to_string()).unwrap_or_default()
}

/// A trace id of 16 bytes, not all zero.
pub(super) fn trace_id(bytes: &[u8]) -> Option<TraceId> {
    let id = TraceId::from_bytes(bytes.try_into().ok()?);
    (id != TraceId::INVALID).then_some(id)
}

/// A span id of 8 bytes, not all zero.
pub(super) fn span_id(bytes: &[u8]) -> Option<SpanId> {
    let id = SpanId::from_bytes(bytes.try_into().ok()?);
    (id != SpanId::INVALID).then_some(id)
}

pub(super) fn timestamp(unix_nanos: u64) -> Timestamp {
    // A u64 of nanoseconds is far below what an i64 of microseconds holds.
    Timestamp::from_unix_micros(i64::try_from(unix_nanos / 1_000).unwrap_or(i64::MAX))
}
