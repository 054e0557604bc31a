//! What a browser says that it lost since its last request that arrived.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::common::v1::any_value::Value;

/// The tracer's own counts, on its instrumentation scope.
const SPANS: &str = "app.dropped_spans";
const LOGS: &str = "app.dropped_log_records";

/// What one request is believed: clients are not trusted, and a page that loses more is
/// broken in a way that the count would not tell.
const MAX: u64 = 100_000;

/// Spans that the request says were lost.
#[must_use]
pub fn dropped_spans(request: &ExportTraceServiceRequest) -> u64 {
    let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    sum(scopes.filter_map(|scope| scope.scope.as_ref()), SPANS)
}

/// Log records that the request says were lost.
#[must_use]
pub fn dropped_logs(request: &ExportLogsServiceRequest) -> u64 {
    let scopes = request.resource_logs.iter().flat_map(|resource| &resource.scope_logs);
    sum(scopes.filter_map(|scope| scope.scope.as_ref()), LOGS)
}

fn sum<'s>(scopes: impl Iterator<Item = &'s InstrumentationScope>, name: &str) -> u64 {
    let count = scopes
        .flat_map(|scope| &scope.attributes)
        .filter(|attribute| attribute.key == name)
        .filter_map(|attribute| match attribute.value.as_ref()?.value {
            Some(Value::IntValue(count)) => u64::try_from(count).ok(),
            _ => None,
        })
        .fold(0, u64::saturating_add);
    count.min(MAX)
}
