//! Spans to OTLP.

use std::sync::Arc;

use opentelemetry_otlp::{ExporterBuildError, SpanExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter as _};

use super::Outcome;
use crate::dropped::{DropReason, Dropped, SignalKind};
use crate::transport::{Link, Transport};

/// A handler of batches that sends them; retries are the exporter's own.
pub(crate) fn span_exporter(
    resource: &Resource,
    link: Link,
    dropped: Arc<Dropped>,
) -> Result<impl FnMut(Vec<SpanData>) + Send + 'static, ExporterBuildError> {
    let builder = SpanExporter::builder();
    let mut exporter = match &link.transport {
        Transport::Http(client) => link.over_http(builder.with_http(), client).build()?,
        Transport::Grpc(channel) => link.over_grpc(builder.with_tonic(), channel).build()?,
    };
    exporter.set_resource(resource);
    let mut outcome = Outcome::new(SignalKind::Span, DropReason::ExportFailed, dropped);
    Ok(move |batch: Vec<SpanData>| {
        let items = batch.len();
        outcome.note(link.wait(exporter.export(batch)), items);
    })
}
