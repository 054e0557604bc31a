//! `POST /internal/alerts`: what Alertmanager calls. The proxy leads nobody here.

use api_types::limits::{ALERTS_BODY_MAX_BYTES, ALERTS_MAX};
use axum::extract::State;
use axum::http::StatusCode;

use super::payload::{Notification, Status, VERSION};
use crate::error::ApiError;
use crate::extract::Json;
use crate::state::AppState;

/// Takes a notification whole or not at all, and logs each change.
///
/// Alertmanager repeats what got a 5xx and drops what got a 4xx.
pub(crate) async fn receive(
    State(state): State<AppState>,
    body: Result<Json<Notification>, ApiError>,
) -> Result<StatusCode, ApiError> {
    let Json(notification) = body.map_err(|error| match error {
        ApiError::BodyTooLarge(_) => ApiError::BodyTooLarge(ALERTS_BODY_MAX_BYTES),
        other => other,
    })?;
    if notification.version != VERSION {
        let version = notification.version;
        return Err(ApiError::InvalidBody(format!("version is {version:?}; {VERSION} is known")));
    }
    if notification.alerts.len() > ALERTS_MAX {
        return Err(ApiError::InvalidBody(format!(
            "{} alerts at once; set max_alerts to {ALERTS_MAX}",
            notification.alerts.len()
        )));
    }
    let mut reports = Vec::with_capacity(notification.alerts.len());
    for reported in notification.alerts {
        let fires = reported.status == Status::Firing;
        reports.push((reported.alert().map_err(ApiError::InvalidBody)?, fires));
    }
    let now = state.clock.now();
    for (alert, fires) in reports {
        super::log(&state.alerts.report(alert, fires, now));
    }
    Ok(StatusCode::NO_CONTENT)
}
