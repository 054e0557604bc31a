//! A record as one line of JSON.

use std::time::SystemTime;

use serde_json::ser::{CompactFormatter, Serializer};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::record::{FieldValue, LogRecord};

const RFC3339_MICROS: &[BorrowedFormatItem<'static>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

/// Names that the line itself uses; a field of the same name gets a prefix, so that no
/// line has a key twice.
const RESERVED: [&str; 7] =
    ["timestamp", "level", "message", "target", "service.name", "trace_id", "span_id"];

/// `{"timestamp":…,"level":…,"message":…,"target":…,"service.name":…,"trace_id":…,
/// "span_id":…, fields}` and a line feed. The ids are left out where no span is current.
pub(super) fn json_line(record: &LogRecord, service_name: &str) -> Vec<u8> {
    let mut line = Line { bytes: Vec::with_capacity(512) };
    line.bytes.push(b'{');
    line.text("timestamp", &timestamp(record.timestamp));
    line.text("level", record.level.as_str());
    line.text("message", &record.message);
    line.text("target", record.target);
    line.text("service.name", service_name);
    if let Some((trace_id, span_id, _)) = record.span {
        line.text("trace_id", &trace_id.to_string());
        line.text("span_id", &span_id.to_string());
    }
    for (at, (name, value)) in record.fields.iter().enumerate() {
        let repeated = record.fields[..at].iter().any(|(earlier, _)| earlier == name);
        if repeated || RESERVED.contains(name) {
            line.value(&format!("field{at}.{name}"), value);
        } else {
            line.value(name, value);
        }
    }
    line.bytes.extend_from_slice(b"}\n");
    line.bytes
}

fn timestamp(time: SystemTime) -> String {
    // Fails only for years that a running clock does not show.
    OffsetDateTime::from(time).format(RFC3339_MICROS).unwrap_or_default()
}

struct Line {
    bytes: Vec<u8>,
}

impl Line {
    fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        self.json(value);
    }

    fn value(&mut self, key: &str, value: &FieldValue) {
        self.key(key);
        match value {
            FieldValue::Text(text) => self.json(text.as_str()),
            FieldValue::Bool(value) => self.json(value),
            FieldValue::Int(value) => self.json(value),
            FieldValue::Double(value) => self.json(value),
        }
    }

    fn key(&mut self, key: &str) {
        if self.bytes.len() > 1 {
            self.bytes.push(b',');
        }
        self.json(key);
        self.bytes.push(b':');
    }

    fn json<T: serde::Serialize + ?Sized>(&mut self, value: &T) {
        let mut serializer = Serializer::with_formatter(&mut self.bytes, CompactFormatter);
        // Writing text and numbers into memory does not fail.
        let _ = value.serialize(&mut serializer);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use opentelemetry::trace::{SpanId, TraceFlags, TraceId};
    use serde_json::{Value, json};
    use tracing::Level;

    use super::*;

    fn record() -> LogRecord {
        LogRecord {
            timestamp: UNIX_EPOCH + Duration::from_micros(1_709_251_199_000_007),
            level: Level::INFO,
            target: "backend::access",
            message: "GET \"/\"\n\u{1b}[31m".to_owned(),
            fields: Vec::new(),
            span: None,
        }
    }

    fn parsed(record: &LogRecord) -> Value {
        let line = json_line(record, "task-backend");
        assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1));
        serde_json::from_slice(&line).unwrap()
    }

    #[test]
    fn a_line_without_a_span_has_no_ids() {
        assert_eq!(
            parsed(&record()),
            json!({
                "timestamp": "2024-02-29T23:59:59.000007Z",
                "level": "INFO",
                "message": "GET \"/\"\n\u{1b}[31m",
                "target": "backend::access",
                "service.name": "task-backend",
            })
        );
    }

    #[test]
    fn ids_and_fields_follow() {
        let mut record = record();
        let trace_id = TraceId::from(0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128);
        let span_id = SpanId::from(0xb7ad_6b71_6920_3331_u64);
        record.span = Some((trace_id, span_id, TraceFlags::SAMPLED));
        record.fields = vec![
            ("http.response.status_code", FieldValue::Int(201)),
            ("ratio", FieldValue::Double(f64::NAN)),
            ("level", FieldValue::Text("field".to_owned())),
            ("ok", FieldValue::Bool(true)),
            ("ok", FieldValue::Bool(false)),
        ];
        let line = parsed(&record);
        assert_eq!(line["trace_id"], "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(line["span_id"], "b7ad6b7169203331");
        assert_eq!(line["http.response.status_code"], 201);
        assert_eq!(line["ratio"], Value::Null);
        assert_eq!((&line["level"], &line["field2.level"]), (&json!("INFO"), &json!("field")));
        assert_eq!((&line["ok"], &line["field4.ok"]), (&json!(true), &json!(false)));
    }
}
