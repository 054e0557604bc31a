//! Alertmanager's webhook payload, version 4: the part that is read.
//!
//! <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>

use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::domain::alert::{Alert, Labels};

/// The version that this reads.
pub(super) const VERSION: &str = "4";

/// A notification. Later releases add fields to it.
#[derive(Debug, Deserialize)]
pub(crate) struct Notification {
    pub(super) version: String,
    pub(super) alerts: Vec<Reported>,
}

/// One alert of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reported {
    pub(super) status: Status,
    labels: Labels,
    #[serde(default)]
    annotations: Labels,
    starts_at: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Firing,
    Resolved,
}

impl Reported {
    /// The alert, or why it is none.
    pub(super) fn alert(self) -> Result<Alert, String> {
        if self.labels.get("alertname").is_none_or(String::is_empty) {
            return Err("an alert has no label alertname".to_owned());
        }
        let starts_at = OffsetDateTime::parse(&self.starts_at, &Rfc3339)
            .map_err(|_| format!("{:?} is no RFC 3339 time", self.starts_at))?;
        Ok(Alert::new(self.labels, &self.annotations, starts_at))
    }
}
