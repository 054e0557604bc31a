//! `POST /api/trace/synthetic/{id}`: synthetic traffic says who it pretends to be.

use std::time::Instant;

use api_types::headers::X_TRAFFIC_MODE;
use api_types::routes;
use api_types::synthetic::{
    DEVICES, MODES, NETWORKS, REGIONS, SyntheticAccepted, SyntheticRequest, label,
};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use opentelemetry::KeyValue;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::current_span;
use crate::error::ApiError;
use crate::extract::{Json, NoParams, PathText, QueryString};
use crate::openapi::problems::{BadBody, BadRequest, CrossSite, Faults};
use crate::state::AppState;
use crate::synthetic::{self, SYNTHETIC_TYPE};

/// Notes the persona on the server span and counts it.
#[utoipa::path(
    post,
    path = routes::SYNTHETIC,
    params(
        ("id" = String, Path, min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_-]+$"),
        ("x-traffic-mode" = Option<String>, Header),
    ),
    request_body = SyntheticRequest,
    responses(
        (status = 202, body = SyntheticAccepted),
        BadRequest,
        BadBody,
        CrossSite,
        Faults,
    ),
)]
pub(crate) async fn synthetic(
    State(state): State<AppState>,
    PathText(id): PathText,
    QueryString(NoParams {}): QueryString<NoParams>,
    headers: HeaderMap,
    body: Result<Json<SyntheticRequest>, ApiError>,
) -> Result<(StatusCode, axum::Json<SyntheticAccepted>), ApiError> {
    let start = Instant::now();
    let mode = headers.get(X_TRAFFIC_MODE).and_then(|value| value.to_str().ok());
    let mode = label(&MODES, mode.unwrap_or_default());
    let checked = body.and_then(|Json(body)| {
        if synthetic::is_id(&id) { Ok(body) } else { Err(ApiError::InvalidSyntheticId) }
    });
    let body = match checked {
        Ok(body) => body,
        Err(error) => {
            Span::current().add_event(
                "exception",
                vec![
                    KeyValue::new("exception.type", error.code().as_str()),
                    KeyValue::new("exception.message", error.to_string()),
                ],
            );
            state.metrics.count_synthetic(["other", "other", mode, "rejected"], start.elapsed());
            return Err(error);
        }
    };
    let region = label(&REGIONS, &body.region);
    let device = label(&DEVICES, &body.device);
    let span = Span::current();
    span.set_attribute(SYNTHETIC_TYPE, "test");
    span.set_attribute("app.synthetic_id", id.clone());
    span.set_attribute("app.traffic_mode", mode);
    span.set_attribute("app.region", region);
    span.set_attribute("app.device", device);
    span.set_attribute("app.network_type", label(&NETWORKS, &body.network_type));
    if synthetic::is_timezone(&body.timezone) {
        span.set_attribute("app.timezone", body.timezone);
    }
    state.metrics.count_synthetic([region, device, mode, "accepted"], start.elapsed());
    let trace_id = current_span::trace_id();
    Ok((StatusCode::ACCEPTED, axum::Json(SyntheticAccepted { synthetic_id: id, trace_id })))
}
