//! Clients are not trusted: what they send is put right before it is kept or forwarded.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::ScopeLogs;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ScopeSpans, Span};
use telemetry::redact;

use super::values;

/// Whose telemetry a client may send; the first stands for all others.
const SERVICES: [&str; 3] = ["task-frontend", "lab-proxy", "lab-loadgen"];
pub(super) const SERVICE_NAME: &str = "service.name";

/// Names services from the allow-list alone, redacts sensitive values and takes spans
/// with impossible ids out. Gives how many it took out.
pub fn traces(request: &mut ExportTraceServiceRequest) -> usize {
    let mut rejected = 0;
    // What is added to each resource costs more than an empty one does.
    request.resource_spans.retain(|resource| resource.scope_spans.iter().any(has_spans));
    for resource_spans in &mut request.resource_spans {
        resource(&mut resource_spans.resource);
        for scope in &mut resource_spans.scope_spans {
            let before = scope.spans.len();
            scope.spans.retain(has_usable_ids);
            rejected += before - scope.spans.len();
            for span in &mut scope.spans {
                attributes(&mut span.attributes);
                span.events.iter_mut().for_each(|event| attributes(&mut event.attributes));
                span.links.iter_mut().for_each(|link| attributes(&mut link.attributes));
            }
        }
    }
    rejected
}

/// The same for log records; one without a trace is as good as any other.
pub fn logs(request: &mut ExportLogsServiceRequest) {
    request.resource_logs.retain(|resource| resource.scope_logs.iter().any(has_records));
    for resource_logs in &mut request.resource_logs {
        resource(&mut resource_logs.resource);
        for record in resource_logs.scope_logs.iter_mut().flat_map(|scope| &mut scope.log_records) {
            attributes(&mut record.attributes);
            value(record.body.as_mut());
        }
    }
}

/// The service that a sanitized resource names.
pub(super) fn service(resource: Option<&Resource>) -> &'static str {
    let named = resource
        .into_iter()
        .flat_map(|resource| &resource.attributes)
        .find(|attribute| attribute.key == SERVICE_NAME)
        .and_then(values::text);
    SERVICES.into_iter().find(|known| named == Some(*known)).unwrap_or(SERVICES[0])
}

fn resource(resource: &mut Option<Resource>) {
    let name = service(resource.as_ref());
    let resource = resource.get_or_insert_default();
    resource.attributes.retain(|attribute| attribute.key != SERVICE_NAME);
    attributes(&mut resource.attributes);
    let value = AnyValue { value: Some(Value::StringValue(name.to_owned())) };
    resource.attributes.push(KeyValue {
        key: SERVICE_NAME.to_owned(),
        value: Some(value),
        ..KeyValue::default()
    });
}

fn has_spans(scope: &ScopeSpans) -> bool {
    !scope.spans.is_empty()
}

fn has_records(scope: &ScopeLogs) -> bool {
    !scope.log_records.is_empty()
}

fn has_usable_ids(span: &Span) -> bool {
    let parent = &span.parent_span_id;
    // Some encoders write an absent parent as zeros.
    let absent = parent.iter().all(|byte| *byte == 0);
    values::trace_id(&span.trace_id).is_some()
        && values::span_id(&span.span_id).is_some()
        && (absent || values::span_id(parent).is_some())
}

fn attributes(list: &mut [KeyValue]) {
    for attribute in list {
        if redact::is_sensitive(&attribute.key) {
            let redacted = Value::StringValue(redact::REDACTED.to_owned());
            attribute.value = Some(AnyValue { value: Some(redacted) });
        } else {
            value(attribute.value.as_mut());
        }
    }
}

/// Looks into maps and lists; the decoder bounds how deep they go.
fn value(any: Option<&mut AnyValue>) {
    match any.and_then(|any| any.value.as_mut()) {
        Some(Value::KvlistValue(map)) => attributes(&mut map.values),
        Some(Value::ArrayValue(list)) => {
            for inner in &mut list.values {
                value(Some(inner));
            }
        }
        _ => {}
    }
}
