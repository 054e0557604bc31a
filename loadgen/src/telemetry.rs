//! The generator's own spans: a CLIENT span per request, the root of its trace.

pub mod settings;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use opentelemetry::trace::{
    SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use telemetry::Recorder;

use crate::observation::{Observation, Outcome};
use crate::persona::device::USER_AGENTS;
use crate::plan::Step;
use crate::plan::action::{ENDPOINTS, Endpoint};
use crate::target::Target;
use crate::trace::SpanIds;

/// Records spans, or nothing where telemetry is off. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Spans(Option<Arc<Parts>>);

#[derive(Debug)]
struct Parts {
    recorder: Recorder,
    scope: InstrumentationScope,
    address: String,
    port: i64,
    url: String,
    mode: &'static str,
    /// A moment by both clocks: times of spans come from the steady one.
    anchor: (Instant, SystemTime),
}

/// A request that has ended.
pub(crate) struct FinishedRequest<'r, S, I> {
    pub(crate) ids: &'r SpanIds,
    pub(crate) step: &'r Step,
    pub(crate) seen: &'r Observation,
    /// Path and query.
    pub(crate) path: &'r str,
    pub(crate) session_id: S,
    pub(crate) synthetic_id: I,
    pub(crate) sent: Instant,
    pub(crate) end: Instant,
}

impl Spans {
    /// Records through `recorder`.
    #[must_use]
    pub fn new(recorder: Recorder, target: &Target, mode: &'static str) -> Self {
        let scope = InstrumentationScope::builder("loadgen")
            .with_version(env!("CARGO_PKG_VERSION"))
            .build();
        Self(Some(Arc::new(Parts {
            recorder,
            scope,
            address: target.host.clone(),
            port: i64::from(target.address.port()),
            url: target.url.clone(),
            mode,
            anchor: (Instant::now(), SystemTime::now()),
        })))
    }

    pub(crate) fn record<S, I>(&self, request: &FinishedRequest<'_, S, I>)
    where
        S: Fn() -> String,
        I: Fn() -> String,
    {
        if let Some(parts) = &self.0 {
            parts.recorder.record(parts.span(request));
        }
    }
}

impl Parts {
    fn span<S, I>(&self, request: &FinishedRequest<'_, S, I>) -> SpanData
    where
        S: Fn() -> String,
        I: Fn() -> String,
    {
        let FinishedRequest { ids, step, seen, .. } = request;
        let Endpoint { method, route } = ENDPOINTS[usize::from(seen.endpoint)];
        let persona = step.persona;
        let mut attributes = Vec::with_capacity(18);
        attributes.extend([
            KeyValue::new("http.request.method", method),
            KeyValue::new("url.template", route),
            KeyValue::new("server.address", self.address.clone()),
            KeyValue::new("server.port", self.port),
            KeyValue::new("url.full", format!("{}{}", self.url, request.path)),
            KeyValue::new("user_agent.original", USER_AGENTS[usize::from(persona.device)]),
            KeyValue::new("user_agent.synthetic.type", "test"),
            KeyValue::new("session.id", (request.session_id)()),
            KeyValue::new("app.operation", step.action.name()),
            KeyValue::new("app.synthetic_id", (request.synthetic_id)()),
            KeyValue::new("app.traffic_mode", self.mode),
            KeyValue::new("app.region", persona.region()),
            KeyValue::new("app.timezone", persona.timezone()),
            KeyValue::new("app.device", persona.device()),
            KeyValue::new("app.network_type", persona.network()),
        ]);
        if let Outcome::Status(status) = seen.outcome {
            attributes.push(KeyValue::new("http.response.status_code", i64::from(status)));
        }
        let mut status = Status::Unset;
        if let Some(error) = seen.outcome.error_type() {
            attributes.push(KeyValue::new("error.type", error));
            status = Status::Error { description: Cow::Borrowed("") };
        }
        SpanData {
            span_context: SpanContext::new(
                TraceId::from(ids.trace_id),
                SpanId::from(ids.span_id),
                TraceFlags::SAMPLED,
                false,
                TraceState::NONE,
            ),
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Client,
            name: name(seen.endpoint),
            start_time: self.wall(request.sent),
            end_time: self.wall(request.end),
            attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status,
            instrumentation_scope: self.scope.clone(),
        }
    }

    fn wall(&self, at: Instant) -> SystemTime {
        let (steady, wall) = self.anchor;
        match at.checked_duration_since(steady) {
            Some(after) => wall + after,
            None => wall - steady.duration_since(at),
        }
    }
}

/// `{method} {route}`.
fn name(endpoint: u8) -> Cow<'static, str> {
    let Endpoint { method, route } = ENDPOINTS[usize::from(endpoint)];
    Cow::Owned(format!("{method} {route}"))
}
