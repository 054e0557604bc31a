//! `GET /api/alerts`

use api_types::alert::{Alert, Alerts};
use api_types::routes;
use axum::Json;
use axum::extract::State;

use crate::clock::timestamp;
use crate::domain;
use crate::extract::{NoParams, QueryString};
use crate::openapi::problems::{BadRequest, Faults};
use crate::state::AppState;

/// The alerts that fire, newest first.
#[utoipa::path(
    get,
    path = routes::ALERTS,
    responses((status = 200, body = Alerts), BadRequest, Faults),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    QueryString(NoParams {}): QueryString<NoParams>,
) -> Json<Alerts> {
    Json(Alerts { alerts: firing(&state) })
}

/// The alerts that fire, newest first.
pub(crate) fn firing(state: &AppState) -> Vec<Alert> {
    let (alerts, changes) = state.alerts.list(state.clock.now());
    super::log(&changes);
    alerts.into_iter().map(wire).collect()
}

fn wire(alert: domain::alert::Alert) -> Alert {
    Alert {
        name: alert.name().to_owned(),
        severity: alert.severity(),
        summary: alert.summary,
        description: alert.description,
        runbook_url: alert.runbook_url,
        dashboard_url: alert.dashboard_url,
        starts_at: timestamp(alert.starts_at),
        labels: alert.labels,
    }
}
