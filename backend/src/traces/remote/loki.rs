//! Log lines from Loki.

use std::collections::BTreeMap;

use api_types::trace::{LogLine, Trace};
use api_types::{AttributeValue, Timestamp};
use opentelemetry::trace::TraceId;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;

use super::store::{Failed, Store};

/// Lines at the most.
const LIMIT: usize = 1000;
/// How far around a trace's spans its lines lie. A page's web vitals come long after it has
/// loaded, in the same trace.
const BEFORE_US: i64 = 60_000_000;
const AFTER_US: i64 = 15 * 60_000_000;
/// Where to look for the lines of a trace that has no span.
const RECENT_US: i64 = 60 * 60_000_000;

/// Names of Loki and of the resource; the rest are the line's own fields.
const LABELS: [&str; 16] = [
    "service_name",
    "service_version",
    "service_instance_id",
    "deployment_environment_name",
    "trace_id",
    "span_id",
    "flags",
    "severity_text",
    "severity_number",
    "detected_level",
    "observed_timestamp",
    "scope_name",
    "scope_version",
    "telemetry_sdk_language",
    "telemetry_sdk_name",
    "telemetry_sdk_version",
];

/// The answer of `query_range`, as far as it matters here.
#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    result: Vec<Stream>,
}

/// Lines with the same labels and the same structured metadata.
#[derive(Deserialize)]
struct Stream {
    stream: BTreeMap<String, String>,
    /// Nanoseconds since the Unix epoch, and the line.
    values: Vec<Vec<Value>>,
}

/// The lines that carry the trace's id, from around its spans.
pub(super) async fn lines(
    store: &Store,
    trace_id: TraceId,
    trace: &Trace,
    now_us: i64,
) -> Result<Vec<LogLine>, Failed> {
    let query = format!(r#"{{service_name=~".+"}} | trace_id="{trace_id}""#);
    let query = utf8_percent_encode(&query, NON_ALPHANUMERIC);
    let (start, end) = range(trace, now_us);
    // Loki takes nanoseconds.
    let path = format!(
        "/loki/api/v1/query_range?query={query}&start={start}000&end={end}000&limit={LIMIT}\
         &direction=forward"
    );
    let answer = store.ask(&path, "application/json", |body| {
        serde_json::from_slice::<Answer>(body).map_err(|error| error.to_string())
    });
    let streams = answer.await?.map(|answer| answer.data.result).unwrap_or_default();
    Ok(streams.into_iter().flat_map(of_stream).collect())
}

/// From when until when to look, in microseconds.
fn range(trace: &Trace, now_us: i64) -> (i64, i64) {
    let start = trace.spans.iter().map(api_types::trace::Span::start_us).min();
    let end = trace.spans.iter().map(api_types::trace::Span::end_us).max();
    match (start, end) {
        (Some(start), Some(end)) => {
            (start.saturating_sub(BEFORE_US).max(0), end.saturating_add(AFTER_US))
        }
        _ => (now_us.saturating_sub(RECENT_US).max(0), now_us),
    }
}

fn of_stream(stream: Stream) -> Vec<LogLine> {
    let Stream { stream: labels, values } = stream;
    let label = |name: &str| labels.get(name).filter(|value| !value.is_empty()).cloned();
    let level = label("severity_text").or_else(|| label("detected_level"));
    let level = level.map_or_else(|| "INFO".to_owned(), |level| level.to_uppercase());
    let service = label("service_name").unwrap_or_default();
    let fields: BTreeMap<_, _> = labels
        .iter()
        .filter(|(name, _)| !LABELS.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), AttributeValue::Text(value.clone())))
        .collect();
    let line = |value: &Vec<Value>| {
        let nanos: i64 = value.first()?.as_str()?.parse().ok()?;
        Some(LogLine {
            timestamp: Timestamp::from_unix_micros(nanos / 1000),
            level: level.clone(),
            message: value.get(1)?.as_str()?.to_owned(),
            service: service.clone(),
            span_id: label("span_id"),
            fields: fields.clone(),
        })
    };
    values.iter().filter_map(line).collect()
}
