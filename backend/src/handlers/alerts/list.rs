//! `GET /api/alerts`

use api_types::alert::{Alert, Alerts};
use api_types::{Timestamp, routes};
use axum::Json;
use axum::extract::State;
use time::OffsetDateTime;

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

pub(super) fn timestamp(time: OffsetDateTime) -> Timestamp {
    // The time crate's range ends long before an i64 of microseconds does.
    Timestamp::from_unix_micros(
        i64::try_from(time.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX),
    )
}
