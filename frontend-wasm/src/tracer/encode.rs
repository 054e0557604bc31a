//! OTLP/JSON by hand: a serialiser would cost the page more code and more time.
//!
//! The rules are those of the OTLP specification's "JSON Protobuf Encoding": ids in
//! hexadecimal, 64-bit numbers as strings, enumerations as numbers.

use api_types::decimal;

use super::ids::push_hex;
use super::span::{Parent, Span, Value};

/// Bytes that a text keeps in a span: a URL can be megabytes long.
pub const TEXT_MAX_BYTES: usize = 2048;

/// `SpanFlags`: sampled, and whether the parent is remote is known.
const FLAGS_LOCAL_PARENT: u64 = 0x101;
/// As above, and the parent is remote.
const FLAGS_REMOTE_PARENT: u64 = 0x301;

const STATUS_ERROR: u64 = 2;

/// A span as an element of OTLP/JSON's `spans`.
#[must_use]
pub fn span(span: &Span) -> String {
    let mut json = String::with_capacity(1024);
    push_span(&mut json, span);
    json
}

fn push_span(out: &mut String, span: &Span) {
    out.push_str(r#"{"traceId":""#);
    push_hex(out, &span.context.trace_id.0);
    out.push_str(r#"","spanId":""#);
    push_hex(out, &span.context.span_id.0);
    if let Parent::Local(parent) | Parent::Remote(parent) = span.parent {
        out.push_str(r#"","parentSpanId":""#);
        push_hex(out, &parent.0);
    }
    out.push_str(r#"","flags":"#);
    let remote = matches!(span.parent, Parent::Remote(_));
    decimal::push(out, if remote { FLAGS_REMOTE_PARENT } else { FLAGS_LOCAL_PARENT });
    out.push_str(r#","name":"#);
    push_text(out, &span.name);
    out.push_str(r#","kind":"#);
    decimal::push(out, span.kind as u64);
    out.push_str(r#","startTimeUnixNano":""#);
    decimal::push(out, span.start_ns);
    out.push_str(r#"","endTimeUnixNano":""#);
    decimal::push(out, span.end_ns);
    out.push_str(r#"","attributes":["#);
    for (at, (name, value)) in span.attributes.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        push_key(out, name);
        match value {
            Value::Text(text) => {
                out.push_str(r#"stringValue":"#);
                push_text(out, text);
                out.push_str("}}");
            }
            Value::Int(number) => {
                out.push_str(r#"intValue":""#);
                if *number < 0 {
                    out.push('-');
                }
                decimal::push(out, number.unsigned_abs());
                out.push_str(r#""}}"#);
            }
        }
    }
    for (at, (name, time_ns)) in span.events.iter().enumerate() {
        out.push_str(if at == 0 { r#"],"events":["# } else { "," });
        out.push_str(r#"{"name":"#);
        push_text(out, name);
        out.push_str(r#","timeUnixNano":""#);
        decimal::push(out, *time_ns);
        out.push_str(r#""}"#);
    }
    out.push(']');
    if span.failed {
        out.push_str(r#","status":{"code":"#);
        decimal::push(out, STATUS_ERROR);
        out.push('}');
    }
    out.push('}');
}

/// Names are ours and need no escape.
fn push_key(out: &mut String, name: &'static str) {
    out.push_str(r#"{"key":""#);
    out.push_str(name);
    out.push_str(r#"","value":{""#);
}

/// A string that is cut at [`TEXT_MAX_BYTES`].
fn push_text(out: &mut String, text: &str) {
    push_escaped(out, text, TEXT_MAX_BYTES);
}

/// A JSON string (RFC 8259 §7).
pub fn push_string(out: &mut String, text: &str) {
    push_escaped(out, text, usize::MAX);
}

/// The cut falls between characters.
fn push_escaped(out: &mut String, text: &str, max_bytes: usize) {
    out.push('"');
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.len() <= max_bytes && text.bytes().all(is_plain) {
        // Nearly always, and many times as fast.
        out.push_str(text);
        out.push('"');
        return;
    }
    for (at, character) in text.char_indices() {
        if at >= max_bytes {
            break;
        }
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            '\0'..' ' => {
                out.push_str(r"\u00");
                push_hex(out, &[character as u8]);
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

#[cfg(test)]
pub(crate) mod tests {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use serde_json::json;

    use super::*;
    use crate::tracer::context::SpanContext;
    use crate::tracer::ids::{SpanId, TraceId};
    use crate::tracer::names;
    use crate::tracer::span::Kind;

    /// A root span with one attribute.
    pub(crate) fn span(name: &str) -> Span {
        Span {
            context: SpanContext {
                trace_id: TraceId([0xab; 16]),
                span_id: SpanId([0xcd; 8]),
                sampled: true,
            },
            parent: Parent::None,
            kind: Kind::Internal,
            name: name.to_owned().into(),
            start_ns: 1_795_000_000_123_456_789,
            end_ns: u64::MAX,
            attributes: vec![(names::SESSION_ID, Value::Text("s".into()))],
            events: Vec::new(),
            failed: false,
        }
    }

    /// A request with these spans, as the export in `js/outbox.js` puts it together.
    fn body(spans: &[Span]) -> String {
        let spans: Vec<_> = spans.iter().map(super::span).collect();
        let spans = spans.join(",");
        format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{spans}]}}]}}]}}"#)
    }

    const HOSTILE: [&str; 5] = [
        "\"},{\"key\":\"injected\"",
        "\\\\u0041\\",
        "\0\u{1}\u{8}\t\n\u{b}\u{c}\r\u{1f} \u{7f}",
        "é漢字🦀\u{2028}\u{2029}\u{feff}",
        "</script><!--",
    ];

    #[test]
    fn hostile_text_comes_back_unchanged() {
        for text in HOSTILE {
            let mut span = span(text);
            span.text(names::URL_FULL, text);
            let json: serde_json::Value = serde_json::from_str(&body(&[span])).unwrap();
            let span = &json["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
            assert_eq!(span["name"], text);
            assert_eq!(span["attributes"][1]["value"]["stringValue"], text);
        }
    }

    #[test]
    fn the_bytes_are_the_specifications() {
        let mut failed = span("GET /api/tasks");
        failed.kind = Kind::Client;
        failed.parent = Parent::Remote(SpanId([1; 8]));
        failed.fail("500");
        failed.int(names::SERVER_PORT, -8080);
        failed.events = vec![("requestStart", 5), ("responseEnd", u64::MAX)];
        let json: serde_json::Value = serde_json::from_str(&body(&[failed])).unwrap();
        let scope = &json["resourceSpans"][0]["scopeSpans"][0];
        assert_eq!(
            scope["spans"],
            json!([{
                "traceId": "abababababababababababababababab",
                "spanId": "cdcdcdcdcdcdcdcd",
                "parentSpanId": "0101010101010101",
                "flags": 769,
                "name": "GET /api/tasks",
                "kind": 3,
                "startTimeUnixNano": "1795000000123456789",
                "endTimeUnixNano": "18446744073709551615",
                "attributes": [
                    {"key": "session.id", "value": {"stringValue": "s"}},
                    {"key": "error.type", "value": {"stringValue": "500"}},
                    {"key": "server.port", "value": {"intValue": "-8080"}},
                ],
                "events": [
                    {"name": "requestStart", "timeUnixNano": "5"},
                    {"name": "responseEnd", "timeUnixNano": "18446744073709551615"},
                ],
                "status": {"code": 2},
            }])
        );
    }

    #[test]
    fn opentelemetrys_own_types_read_it() {
        let spans: Vec<_> = HOSTILE.into_iter().map(span).collect();
        let request: ExportTraceServiceRequest = serde_json::from_str(&body(&spans)).unwrap();
        let scope = &request.resource_spans[0].scope_spans[0];
        assert_eq!(scope.spans.len(), HOSTILE.len());
        for (read, text) in scope.spans.iter().zip(HOSTILE) {
            assert_eq!(read.name, text);
            assert_eq!(read.trace_id, [0xab; 16]);
            assert_eq!(read.span_id, [0xcd; 8]);
            assert_eq!(read.kind, 1);
            assert_eq!(read.flags, 0x101);
            assert_eq!(read.start_time_unix_nano, 1_795_000_000_123_456_789);
            assert_eq!(read.end_time_unix_nano, u64::MAX);
        }
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        let mut out = String::new();
        push_text(&mut out, &"é".repeat(TEXT_MAX_BYTES));
        let text: String = serde_json::from_str(&out).unwrap();
        assert_eq!(text, "é".repeat(TEXT_MAX_BYTES / 2));
    }
}
