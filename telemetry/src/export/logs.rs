//! Log records to OTLP.

use std::sync::Arc;

use opentelemetry::InstrumentationScope;
use opentelemetry::logs::{AnyValue, LogRecord as _, Logger as _, LoggerProvider as _, Severity};
use opentelemetry_otlp::{ExporterBuildError, LogExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::{
    LogBatch, LogExporter as _, SdkLogRecord, SdkLogger, SdkLoggerProvider,
};
use tracing::Level;

use super::Outcome;
use crate::dropped::{DropReason, Dropped, SignalKind};
use crate::record::{FieldValue, LogRecord};
use crate::transport::{Link, Transport};

/// A handler of batches that sends them; retries are the exporter's own.
pub(crate) fn log_exporter(
    resource: &Resource,
    link: Link,
    dropped: Arc<Dropped>,
) -> Result<impl FnMut(Vec<LogRecord>) + Send + 'static, ExporterBuildError> {
    let builder = LogExporter::builder();
    let mut exporter = match &link.transport {
        Transport::Http(client) => link.over_http(builder.with_http(), client).build()?,
        Transport::Grpc(channel) => link.over_grpc(builder.with_tonic(), channel).build()?,
    };
    exporter.set_resource(resource);
    // The provider has no processor: it only makes records, which the SDK does not
    // let anybody else construct.
    let logger = SdkLoggerProvider::builder().build().logger("telemetry");
    let scope = InstrumentationScope::builder("telemetry").build();
    let mut outcome = Outcome::new(SignalKind::Log, DropReason::ExportFailed, dropped);
    Ok(move |batch: Vec<LogRecord>| {
        let items = batch.len();
        let records: Vec<_> = batch.into_iter().map(|record| convert(&logger, record)).collect();
        let pairs: Vec<_> = records.iter().map(|record| (record, &scope)).collect();
        outcome.note(link.wait(exporter.export(LogBatch::new(&pairs))), items);
    })
}

fn convert(logger: &SdkLogger, record: LogRecord) -> SdkLogRecord {
    let mut converted = logger.create_log_record();
    converted.set_timestamp(record.timestamp);
    converted.set_observed_timestamp(record.timestamp);
    converted.set_severity_number(severity(record.level));
    converted.set_severity_text(record.level.as_str());
    converted.set_target(record.target);
    converted.set_body(AnyValue::from(record.message));
    if let Some((trace_id, span_id, flags)) = record.span {
        converted.set_trace_context(trace_id, span_id, Some(flags));
    }
    for (key, value) in record.fields {
        converted.add_attribute(key, any_value(value));
    }
    converted
}

fn any_value(value: FieldValue) -> AnyValue {
    match value {
        FieldValue::Text(text) => AnyValue::from(text),
        FieldValue::Bool(value) => AnyValue::from(value),
        FieldValue::Int(value) => AnyValue::from(value),
        FieldValue::Double(value) => AnyValue::from(value),
    }
}

fn severity(level: Level) -> Severity {
    match level {
        Level::TRACE => Severity::Trace,
        Level::DEBUG => Severity::Debug,
        Level::INFO => Severity::Info,
        Level::WARN => Severity::Warn,
        Level::ERROR => Severity::Error,
    }
}
