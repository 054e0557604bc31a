//! Spans to OTLP.

use std::sync::Arc;

use futures_executor::block_on;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter as _};

use super::Outcome;
use crate::dropped::{DropReason, Dropped, SignalKind};

/// A handler of batches that sends them; retries and the time limit are the
/// exporter's own.
pub(crate) fn span_exporter(
    resource: &Resource,
    dropped: Arc<Dropped>,
) -> Result<impl FnMut(Vec<SpanData>) + Send + 'static, ExporterBuildError> {
    let mut exporter = SpanExporter::builder().with_http().build()?;
    exporter.set_resource(resource);
    let mut outcome = Outcome::new(SignalKind::Span, DropReason::ExportFailed, dropped);
    Ok(move |batch: Vec<SpanData>| {
        let items = batch.len();
        outcome.note(block_on(exporter.export(batch)), items);
    })
}
