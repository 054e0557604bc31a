//! Alertmanager tells, the page asks.

pub(crate) mod list;
mod payload;
pub(crate) mod receive;

pub(crate) use list::{firing, list};
pub(crate) use receive::receive;

use crate::alerts::Change;
use crate::clock::timestamp;

/// Writes one line per change.
fn log(changes: &[Change]) {
    for change in changes {
        let (state, alert) = match change {
            Change::Fires(alert) => ("firing", alert),
            Change::Resolved(alert) => ("resolved", alert),
            Change::Forgotten(alert) => ("forgotten", alert),
        };
        let (name, severity) = (alert.name(), alert.severity().label());
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "alerts",
                    {
                        alert.name = name,
                        alert.severity = severity,
                        alert.state = state,
                        alert.service = alert.labels.get("service"),
                        alert.summary = alert.summary,
                        alert.starts_at = timestamp(alert.starts_at).text(),
                    },
                    "Alert {name} is {state}"
                )
            };
        }
        if state == "resolved" { line!(info) } else { line!(warn) }
    }
}
