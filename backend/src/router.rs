//! The route table.

use api_types::limits::{BODY_MAX_BYTES, OTLP_BODY_MAX_BYTES};
use api_types::routes;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower::ServiceBuilder;
use tower_http::services::ServeDir;

use crate::handlers::{
    alerts, fallback, fragments, ops, otlp, pages, simulate, synthetic, tasks, traces,
};
use crate::middleware::load::Bounds;
use crate::middleware::{around, asset_cache};
use crate::state::AppState;

/// Users' requests are observed; probes, the page's own polling, telemetry and assets
/// are not: neither makes spans nor counts in `http_requests_total`.
pub fn build(state: AppState) -> Router {
    observed(&state).merge(unobserved(&state)).with_state(state)
}

/// Reports of telemetry and of alerts that are read at once: the memory they take is
/// bounded.
const INTAKE_CONCURRENT: usize = 64;

/// Methods by observed route, for the counters that start at 0.
const OBSERVED: [(&str, &[&str]); 10] = [
    (routes::PAGE, &["GET"]),
    (routes::TRACE_PAGE, &["GET"]),
    (routes::TASKS_FRAGMENT, &["GET"]),
    (routes::TASK_FORM, &["POST"]),
    (routes::TASKS, &["GET", "POST"]),
    (routes::TASK, &["GET", "PUT", "PATCH", "DELETE"]),
    (routes::SIMULATE_ERROR, &["GET"]),
    (routes::SIMULATE_SLOW, &["GET"]),
    (routes::SMOKE_DB, &["POST"]),
    (routes::SYNTHETIC, &["POST"]),
];

fn observed(state: &AppState) -> Router<AppState> {
    let limits = &state.limits;
    let bounds = Bounds::new(limits.max_concurrent_requests as usize, *limits.request_timeout);
    for (route, methods) in OBSERVED {
        for method in methods {
            state.metrics.expect_route(method, route);
        }
    }
    state.metrics.expect_durations("GET", routes::PAGE);
    Router::new()
        .route(routes::PAGE, get(pages::show))
        .route(routes::TRACE_PAGE, get(pages::trace))
        .route(routes::TASKS_FRAGMENT, get(fragments::tasks))
        .route(routes::TASK_FORM, post(pages::submit))
        .route(routes::TASKS, get(tasks::list).post(tasks::create))
        .route(
            routes::TASK,
            get(tasks::get).put(tasks::update).patch(tasks::update).delete(tasks::delete),
        )
        .route(routes::SIMULATE_ERROR, get(simulate::error))
        .route(routes::SIMULATE_SLOW, get(simulate::slow))
        .route(routes::SMOKE_DB, post(simulate::smoke))
        .route(routes::SYNTHETIC, post(synthetic::synthetic))
        .fallback(fallback::route_not_found)
        .method_not_allowed_fallback(fallback::method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(from_fn_with_state((state.clone(), bounds), around::observed))
}

fn unobserved(state: &AppState) -> Router<AppState> {
    let assets = ServiceBuilder::new()
        .layer(from_fn(asset_cache::keep))
        .service(ServeDir::new(state.assets.dir()).precompressed_gzip());
    let timeout = *state.limits.request_timeout;
    let bounds = Bounds::new(INTAKE_CONCURRENT, timeout);
    let intake = Router::new()
        .route(routes::OTLP_TRACES, post(otlp::traces))
        .route(routes::OTLP_LOGS, post(otlp::logs))
        .route(routes::ALERT_WEBHOOK, post(alerts::receive))
        .layer(from_fn_with_state(bounds, around::bounded));
    // Apart from users' requests: what a page polls must not keep them out.
    let bounds = Bounds::new(state.limits.max_concurrent_requests as usize, timeout);
    let polled = Router::new()
        .route(routes::TRACE, get(traces::get))
        .route(routes::ALERTS, get(alerts::list))
        .route(routes::TRACE_FRAGMENT, get(fragments::trace))
        .route(routes::ALERTS_FRAGMENT, get(fragments::alerts))
        .layer(from_fn_with_state(bounds, around::bounded));
    let probes = Router::new()
        .route(routes::HEALTH, get(ops::health))
        .route(routes::READY, get(ops::ready))
        .route(routes::METRICS, get(ops::metrics))
        .route(routes::OPENAPI, get(ops::openapi))
        .layer(from_fn_with_state(Bounds::deadline(timeout), around::bounded));
    Router::new()
        .merge(intake)
        .merge(polled)
        .merge(probes)
        .nest_service(routes::ASSETS, assets)
        .method_not_allowed_fallback(fallback::method_not_allowed)
        .layer(DefaultBodyLimit::max(OTLP_BODY_MAX_BYTES))
        .layer(from_fn_with_state(state.clone(), around::guarded))
}
