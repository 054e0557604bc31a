//! The banner of firing alerts.

use api_types::Timestamp;
use api_types::alert::{Alert, Severity};
use askama::Template;
use axum::http::HeaderMap;

use crate::links::{Links, is_address};

/// Alerts in the banner at the most, the newest.
const SHOWN_MAX: usize = 5;

/// What fires; nothing where nothing does.
#[derive(Debug, Template)]
#[template(path = "alerts.html")]
pub(crate) struct AlertBanner {
    shown: Vec<ShownAlert>,
    more: usize,
}

#[derive(Debug)]
struct ShownAlert {
    name: String,
    severity: Severity,
    summary: String,
    since: Timestamp,
    runbook: Option<String>,
    dashboard: Option<String>,
}

impl AlertBanner {
    /// The banner for `alerts`, the newest first, on a page that was asked with these
    /// headers.
    pub(crate) fn new(alerts: Vec<Alert>, links: &Links, headers: &HeaderMap) -> Self {
        let more = alerts.len().saturating_sub(SHOWN_MAX);
        let shown = alerts.into_iter().take(SHOWN_MAX).map(|alert| ShownAlert {
            // A path is one in the lab's repository, which no page serves.
            runbook: Some(alert.runbook_url).filter(|url| is_address(url)),
            dashboard: links.dashboard(headers, &alert.dashboard_url),
            name: alert.name,
            severity: alert.severity,
            summary: alert.summary,
            since: alert.starts_at,
        });
        Self { shown: shown.collect(), more }
    }
}
