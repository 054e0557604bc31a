//! Attribute values.

use api_types::trace::Attributes;
use api_types::{AttributeValue, Timestamp};
use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};

/// How deep lists and maps are followed; what lies deeper is left out.
const MAX_DEPTH: usize = 4;

/// Bytes of the longest name that a map's entry gets, and of all that one list's entries get
/// together. A map under a long name would otherwise become many times what was sent.
const MAX_NAME: usize = 256;
const MAX_NAMES: usize = 4 * 1024;

/// The text of an attribute, if it is one.
pub(super) fn text(attribute: &KeyValue) -> Option<&str> {
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}

/// Attributes by name; maps are flattened into dotted names, as far as these have room.
pub(super) fn attributes(list: Vec<KeyValue>) -> Attributes {
    let mut flat = Flat { attributes: Attributes::new(), room: MAX_NAMES };
    for attribute in list {
        flat.add(attribute.key, attribute.value, 0);
    }
    flat.attributes
}

/// Attributes without maps.
struct Flat {
    attributes: Attributes,
    /// Bytes that are left for names of maps' entries.
    room: usize,
}

impl Flat {
    fn add(&mut self, key: String, value: Option<AnyValue>, depth: usize) {
        match value.and_then(|value| value.value) {
            Some(Value::KvlistValue(map)) if depth < MAX_DEPTH => {
                for inner in map.values {
                    let length = key.len() + 1 + inner.key.len();
                    if length <= MAX_NAME.min(self.room) {
                        self.room -= length;
                        self.add(format!("{key}.{}", inner.key), inner.value, depth + 1);
                    }
                }
            }
            Some(value) => {
                if let Some(value) = plain(value, depth) {
                    self.attributes.insert(key, value);
                }
            }
            None => {}
        }
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

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::KeyValueList;

    use super::*;

    fn entry(key: &str, value: Value) -> KeyValue {
        let value = Some(AnyValue { value: Some(value) });
        KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
    }

    fn map(key: &str, entries: usize) -> KeyValue {
        let values = (0..entries).map(|at| entry(&at.to_string(), Value::IntValue(1))).collect();
        entry(key, Value::KvlistValue(KeyValueList { values }))
    }

    #[test]
    fn maps_are_flattened() {
        let flat = attributes(vec![map("a", 2), entry("b", Value::BoolValue(true))]);
        assert_eq!(flat.keys().collect::<Vec<_>>(), ["a.0", "a.1", "b"]);
    }

    #[test]
    fn a_map_does_not_become_many_times_what_was_sent() {
        let long = "k".repeat(128 * 1024);
        assert!(attributes(vec![map(&long, 4_000)]).is_empty());
        for name in ["k", &"k".repeat(250)] {
            let names: usize = attributes(vec![map(name, 4_000)]).keys().map(String::len).sum();
            assert!((1..=MAX_NAMES).contains(&names), "{names}");
        }
        // Names of one's own are as long as they were sent.
        assert_eq!(attributes(vec![entry(&long, Value::IntValue(1))]).len(), 1);
    }
}
