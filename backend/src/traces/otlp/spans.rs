//! Spans.

use api_types::trace::{Span, SpanEvent, SpanKind, SpanStatus};
use opentelemetry::trace::TraceId;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::span::{Event, SpanKind as OtlpKind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span as OtlpSpan, Status, TracesData};

use super::{sanitize, values};
use crate::traces::store::{Item, StoredSpan};

/// The spans of a sanitized request.
#[must_use]
pub fn spans(request: ExportTraceServiceRequest) -> Vec<(TraceId, Item)> {
    let mut kept = Vec::new();
    for resource_spans in request.resource_spans {
        let service = sanitize::service(resource_spans.resource.as_ref());
        let spans = resource_spans.scope_spans.into_iter().flat_map(|scope| scope.spans);
        kept.extend(spans.filter_map(|span| {
            let (trace_id, span) = convert(span, service)?;
            Some((trace_id, Item::Span(StoredSpan::Received(Box::new(span)))))
        }));
    }
    kept
}

/// The spans of `trace_id` in a store's answer, whose services' names are believed.
#[must_use]
pub fn stored_spans(data: TracesData, trace_id: TraceId) -> Vec<Span> {
    let mut kept = Vec::new();
    for resource_spans in data.resource_spans {
        let attributes = resource_spans.resource.as_ref().map(|resource| &resource.attributes);
        let service = attributes
            .into_iter()
            .flatten()
            .find(|attribute| attribute.key == sanitize::SERVICE_NAME)
            .and_then(values::text)
            .unwrap_or("unknown_service");
        let spans = resource_spans.scope_spans.into_iter().flat_map(|scope| scope.spans);
        kept.extend(spans.filter_map(|span| {
            convert(span, service).filter(|(id, _)| *id == trace_id).map(|(_, span)| span)
        }));
    }
    kept
}

fn convert(span: OtlpSpan, service: &str) -> Option<(TraceId, Span)> {
    let trace_id = values::trace_id(&span.trace_id)?;
    let span_id = values::span_id(&span.span_id)?;
    let parent = values::span_id(&span.parent_span_id);
    let kind = span.kind();
    let converted = Span {
        span_id: span_id.to_string(),
        parent_span_id: parent.map(|id| id.to_string()),
        service: service.to_owned(),
        name: span.name,
        kind: kind_of(kind),
        start_time: values::timestamp(span.start_time_unix_nano),
        duration_us: span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano) / 1_000,
        status: span.status.as_ref().map(status).unwrap_or_default(),
        attributes: values::attributes(span.attributes),
        events: span.events.into_iter().map(event).collect(),
    };
    Some((trace_id, converted))
}

fn kind_of(kind: OtlpKind) -> SpanKind {
    match kind {
        OtlpKind::Unspecified | OtlpKind::Internal => SpanKind::Internal,
        OtlpKind::Server => SpanKind::Server,
        OtlpKind::Client => SpanKind::Client,
        OtlpKind::Producer => SpanKind::Producer,
        OtlpKind::Consumer => SpanKind::Consumer,
    }
}

fn status(status: &Status) -> SpanStatus {
    match status.code() {
        StatusCode::Unset => SpanStatus::Unset,
        StatusCode::Ok => SpanStatus::Ok,
        StatusCode::Error => SpanStatus::Error,
    }
}

fn event(event: Event) -> SpanEvent {
    SpanEvent {
        name: event.name,
        timestamp: values::timestamp(event.time_unix_nano),
        attributes: values::attributes(event.attributes),
    }
}
