//! The server span, the HTTP metrics and the access line of each request.
//!
//! Names follow the OpenTelemetry semantic conventions for HTTP server spans (1.44).
//! Numbers on spans are `i64`: tracing-opentelemetry writes other integers as text.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use api_types::headers::X_OPERATION;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, Method, Version, header};
use axum::response::Response;
use opentelemetry::global;
use opentelemetry::trace::Status;
use prometheus::IntGauge;
use telemetry::propagation::HeaderExtractor;
use tracing::field::{DisplayValue, Empty, display};
use tracing::{Instrument, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::{client, query};
use crate::error::ApiError;
use crate::state::AppState;
use crate::synthetic;

/// Bytes of a text from the client that a span and a log line take at the most.
const TEXT_MAX_BYTES: usize = 1024;

/// The metric label of requests that match no route.
const UNMATCHED: &str = "unmatched";

/// A method that the conventions do not list.
const OTHER: &str = "_OTHER";

/// Does the work in the request's span, counts it and writes its access line.
pub(super) async fn observe(
    state: &AppState,
    route: Option<MatchedPath>,
    request: Request,
    work: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let start = Instant::now();
    let _in_flight = InFlight::enter(&state.metrics.http_in_flight);
    let method = method_label(request.method());
    let route = route.as_ref().map(MatchedPath::as_str);
    let path = bounded(request.uri().path()).to_owned();
    let client = client::network(&request, &state.proxies).map(display);
    let span = server_span(&request, method, route, client.as_ref());
    let parent = global::get_text_map_propagator(|propagator| {
        propagator.extract(&HeaderExtractor(request.headers()))
    });
    let attributes = synthetic::attributes(&parent);
    let (region, device) = synthetic::region_and_device(&attributes);
    for attribute in attributes {
        span.set_attribute(attribute.key, attribute.value);
    }
    // Fails only where no OpenTelemetry layer is installed: then there is no span.
    let _ = span.set_parent(parent);

    async {
        let response = work(request).await;
        let status = response.status();
        let span = Span::current();
        span.record("http.response.status_code", i64::from(status.as_u16()));
        let error = response.extensions().get::<Arc<ApiError>>();
        if let Some(error) = error {
            span.record("app.error.code", error.code().as_str());
        }
        if status.is_server_error() {
            span.record("error.type", status.as_str());
            span.set_status(Status::error(""));
        }
        let duration = start.elapsed().as_secs_f64();
        count(state, [method, route.unwrap_or(UNMATCHED), status.as_str()], duration);
        tracing::info!(
            target: "access",
            {
                http.request.method = method,
                http.route = route,
                url.path = path,
                http.response.status_code = status.as_u16(),
                http.server.request.duration = duration,
                client.address = client,
                app.region = region,
                app.device = device,
                app.error.code = error.map(|error| error.code().as_str()),
            },
            "{method} {path} {}",
            status.as_u16()
        );
        response
    }
    .instrument(span)
    .await
}

fn server_span(
    request: &Request,
    method: &'static str,
    route: Option<&str>,
    client: Option<&DisplayValue<IpAddr>>,
) -> Span {
    let known = method != OTHER;
    // The conventions name spans of other methods so.
    let verb = if known { method } else { "HTTP" };
    let name = || route.map_or_else(|| verb.to_owned(), |route| format!("{verb} {route}"));
    let original = (!known).then(|| bounded(request.method().as_str()));
    let query = || request.uri().query().filter(|query| !query.is_empty()).map(query::redacted);
    let (host, port) = host(request.headers());
    // What is a function is called where the span is recorded.
    tracing::info_span!(
        "http",
        otel.name = name(),
        otel.kind = "server",
        http.request.method = method,
        http.request.method_original = original,
        http.route = route,
        http.response.status_code = Empty,
        url.path = bounded(request.uri().path()),
        url.query = query().as_deref().map(bounded),
        url.scheme = "http",
        server.address = host.map(bounded),
        server.port = port,
        client.address = client,
        user_agent.original = text(request.headers(), &header::USER_AGENT).map(bounded),
        network.protocol.version = protocol_version(request.version()),
        app.operation = operation(request.headers()),
        app.error.code = Empty,
        error.r#type = Empty,
    )
}

fn count(state: &AppState, labels: [&str; 3], duration: f64) {
    let metrics = &state.metrics;
    metrics.http_requests.with_label_values(&labels).inc();
    metrics.http_duration.with_label_values(&labels).observe(duration);
    if labels[2].starts_with('5') {
        metrics.http_errors.with_label_values(&labels).inc();
    }
}

/// The method, or [`OTHER`] for one that the conventions do not list: a client must not
/// be able to create series.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ => OTHER,
    }
}

fn protocol_version(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        Version::HTTP_2 => "2",
        Version::HTTP_3 => "3",
        _ => "1.1",
    }
}

/// The beginning of what a client sent: nobody's telemetry is to grow without bounds.
fn bounded(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_MAX_BYTES)]
}

/// What the original lab's client says that it does; a name of up to 64 characters.
fn operation(headers: &HeaderMap) -> Option<&str> {
    let name = headers.get(X_OPERATION)?.to_str().ok()?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b" _-.:/".contains(&byte);
    ((1..=64).contains(&name.len()) && name.bytes().all(is_name)).then_some(name)
}

fn text<'h>(headers: &'h HeaderMap, name: &header::HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// Name and port of the `Host` header.
fn host(headers: &HeaderMap) -> (Option<&str>, Option<i64>) {
    let Some(host) = text(headers, &header::HOST) else {
        return (None, None);
    };
    match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => {
            (Some(name), port.parse::<u16>().ok().map(i64::from))
        }
        _ => (Some(host), None),
    }
}

/// Counts a request for as long as it lives, cancelled ones included.
struct InFlight(IntGauge);

impl InFlight {
    fn enter(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}
