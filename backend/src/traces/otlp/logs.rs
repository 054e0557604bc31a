//! Log records.

use api_types::trace::LogLine;
use opentelemetry::trace::TraceId;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1::LogRecord;

use super::{sanitize, values};
use crate::traces::store::{Item, StoredLog};

/// The records of a sanitized request that belong to a trace, and how many belong to
/// none: the store finds by trace id alone.
#[must_use]
pub fn log_lines(request: ExportLogsServiceRequest) -> (Vec<(TraceId, Item)>, usize) {
    let mut kept = Vec::new();
    let mut homeless = 0;
    for resource_logs in request.resource_logs {
        let service = sanitize::service(resource_logs.resource.as_ref());
        for record in resource_logs.scope_logs.into_iter().flat_map(|scope| scope.log_records) {
            match values::trace_id(&record.trace_id) {
                Some(trace_id) => {
                    let line = Box::new(convert(record, service));
                    kept.push((trace_id, Item::Log(StoredLog::Received(line))));
                }
                None => homeless += 1,
            }
        }
    }
    (kept, homeless)
}

fn convert(record: LogRecord, service: &str) -> LogLine {
    let time = match record.time_unix_nano {
        0 => record.observed_time_unix_nano,
        time => time,
    };
    let message = match values::message(record.body) {
        empty if empty.is_empty() => record.event_name,
        message => message,
    };
    LogLine {
        timestamp: values::timestamp(time),
        level: level(record.severity_number).to_owned(),
        message,
        service: service.to_owned(),
        span_id: values::span_id(&record.span_id).map(|id| id.to_string()),
        fields: values::attributes(record.attributes),
    }
}

/// The short name of a severity number (OpenTelemetry logs data model).
fn level(severity_number: i32) -> &'static str {
    match severity_number {
        1..=4 => "TRACE",
        5..=8 => "DEBUG",
        13..=16 => "WARN",
        17..=20 => "ERROR",
        21..=24 => "FATAL",
        _ => "INFO",
    }
}
