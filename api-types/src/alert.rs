//! Alerts that fire.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// The answer of `GET /api/alerts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Alerts {
    /// Those that fire, newest first.
    pub alerts: Vec<Alert>,
}

/// An alert that fires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Alert {
    /// The label `alertname`.
    pub name: String,
    /// Who is to look when.
    pub severity: Severity,
    /// What is wrong, in a few words; may be empty.
    pub summary: String,
    /// What is wrong, with numbers; may be empty.
    pub description: String,
    /// What to do: an `http` or `https` address, or a path in the lab's repository such as
    /// `docs/runbooks/HighErrorRate.md`; may be empty.
    pub runbook_url: String,
    /// Where to look: an `http` or `https` address, or a path in Grafana; may be empty.
    pub dashboard_url: String,
    /// Since when it fires.
    pub starts_at: Timestamp,
    /// What distinguishes it; at most [`LABELS_MAX`](crate::limits::LABELS_MAX).
    pub labels: BTreeMap<String, String>,
}

/// How urgent an alert is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Somebody must look now.
    Page,
    /// Somebody must look in working hours.
    Ticket,
    /// Good to know; also what alerts without a known severity count as.
    #[default]
    Info,
}

impl Severity {
    /// The value of the label `severity`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Ticket => "ticket",
            Self::Info => "info",
        }
    }

    /// The severity that a label names.
    #[must_use]
    pub fn named(label: &str) -> Option<Self> {
        [Self::Page, Self::Ticket, Self::Info].into_iter().find(|known| known.label() == label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_json_agree() {
        for severity in [Severity::Page, Severity::Ticket, Severity::Info] {
            assert_eq!(serde_json::to_value(severity).unwrap(), severity.label());
            assert_eq!(Severity::named(severity.label()), Some(severity));
        }
        assert_eq!(Severity::named("critical"), None);
    }
}
