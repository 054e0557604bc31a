//! Log lines from Loki.

use std::collections::BTreeMap;

use api_types::trace::{LogLine, Span, Trace};
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
/// What is looked through at the most. Loki refuses ranges that are much longer, and a page
/// whose clock is wrong makes one of its clock's error.
const RANGE_US: i64 = 24 * 60 * 60_000_000;
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
    let (start, end) = range(&trace.spans, now_us);
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

/// From when until when to look, in microseconds: around all spans, or around the server's
/// alone where the others' clocks make that too long.
fn range(spans: &[Span], now_us: i64) -> (i64, i64) {
    let all = around(spans, |_| true).filter(|(start, end)| end - start <= RANGE_US);
    let (start, end) = all
        .or_else(|| around(spans, |span| span.service == "task-backend"))
        .unwrap_or((now_us.saturating_sub(RECENT_US), now_us));
    // Whatever a client says, in nanoseconds it has to fit 64 bits.
    let latest = now_us.saturating_add(RANGE_US);
    let start = start.clamp(0, latest);
    (start, end.clamp(start, latest.min(start.saturating_add(RANGE_US))))
}

fn around(spans: &[Span], are_meant: impl Fn(&Span) -> bool) -> Option<(i64, i64)> {
    let meant = || spans.iter().filter(|span| are_meant(span));
    let (start, end) = (meant().map(Span::start_us).min()?, meant().map(Span::end_us).max()?);
    Some((start.saturating_sub(BEFORE_US).max(0), end.saturating_add(AFTER_US)))
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000_000_000;

    fn ranged(spans: &[(&str, i64, u64)]) -> (i64, i64) {
        let spans: Vec<_> = spans
            .iter()
            .map(|(service, start, duration)| Span {
                service: (*service).to_owned(),
                start_time: Timestamp::from_unix_micros(*start),
                duration_us: *duration,
                ..span()
            })
            .collect();
        range(&spans, NOW)
    }

    fn span() -> Span {
        serde_json::from_value(json!({
            "span_id": "b7ad6b7169203331", "parent_span_id": null, "service": "", "name": "n",
            "kind": "internal", "start_time": "2026-01-01T00:00:00Z", "duration_us": 1,
            "status": "unset", "attributes": {}, "events": [],
        }))
        .unwrap()
    }

    #[test]
    fn lines_are_looked_for_around_the_spans() {
        let around = ranged(&[("task-frontend", NOW - 9, 5), ("task-backend", NOW - 7, 2)]);
        assert_eq!(around, (NOW - 9 - BEFORE_US, NOW - 4 + AFTER_US));
        assert_eq!(ranged(&[]), (NOW - RECENT_US, NOW));
    }

    #[test]
    fn a_clock_that_is_wrong_does_not_make_a_range_that_loki_refuses() {
        let month = 30 * RANGE_US;
        for early in [("task-frontend", NOW - month, 5), ("task-frontend", NOW + month, 5)] {
            let around = ranged(&[early, ("task-backend", NOW - 7, 2)]);
            assert_eq!(around, (NOW - 7 - BEFORE_US, NOW - 5 + AFTER_US), "{early:?}");
        }
        for duration in [0, u64::MAX] {
            for at in [0, NOW, i64::MAX] {
                let (start, end) = ranged(&[("task-backend", at, duration)]);
                assert!(start <= end && end - start <= RANGE_US, "{start} {end}");
                assert!(end.checked_mul(1000).is_some(), "{end}");
            }
        }
    }
}
