//! What Alertmanager says about an alert, made safe to keep and to show.

use std::collections::BTreeMap;

use api_types::alert::Severity;
use api_types::limits::{ALERT_TEXT_MAX_CHARS, LABELS_MAX};
use time::OffsetDateTime;

/// Labels by name; together they are an alert's identity.
pub type Labels = BTreeMap<String, String>;

/// One alert of a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// At most [`LABELS_MAX`].
    pub labels: Labels,
    /// See [`api_types::alert::Alert::summary`].
    pub summary: String,
    /// See [`api_types::alert::Alert::description`].
    pub description: String,
    /// See [`api_types::alert::Alert::runbook_url`].
    pub runbook_url: String,
    /// See [`api_types::alert::Alert::dashboard_url`].
    pub dashboard_url: String,
    /// Since when it fires.
    pub starts_at: OffsetDateTime,
}

impl Alert {
    /// Cuts what is too long and drops links that lead elsewhere than a page would.
    #[must_use]
    pub fn new(labels: Labels, annotations: &Labels, starts_at: OffsetDateTime) -> Self {
        let text = |name: &str| annotations.get(name).map(|text| cut(text)).unwrap_or_default();
        let link = |name: &str| Some(text(name)).filter(|url| is_link(url)).unwrap_or_default();
        Self {
            summary: text("summary"),
            description: text("description"),
            runbook_url: link("runbook_url"),
            dashboard_url: link("dashboard_url"),
            starts_at,
            labels: bounded(labels),
        }
    }

    /// The label `alertname`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.labels.get("alertname").map_or("", String::as_str)
    }

    /// The label `severity`, or `info` where it is another.
    #[must_use]
    pub fn severity(&self) -> Severity {
        let label = self.labels.get("severity");
        label.and_then(|label| Severity::named(label)).unwrap_or_default()
    }
}

/// Those that a page needs stay, whatever comes before them in the alphabet.
fn bounded(labels: Labels) -> Labels {
    let (needed, others): (Labels, Labels) =
        labels.into_iter().partition(|(name, _)| matches!(name.as_str(), "alertname" | "severity"));
    let room = LABELS_MAX - needed.len();
    needed
        .into_iter()
        .chain(others.into_iter().take(room))
        .map(|(name, value)| (cut(&name), cut(&value)))
        .collect()
}

fn cut(text: &str) -> String {
    text.chars().take(ALERT_TEXT_MAX_CHARS).collect()
}

/// An address of the web, or a path without a scheme: a browser runs `javascript:`.
fn is_link(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://") || !url.contains(':')
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn alert(own: &[(&str, &str)], annotations: &[(&str, &str)]) -> Alert {
        Alert::new(labels(own), &labels(annotations), datetime!(2026-01-31 12:00 UTC))
    }

    #[test]
    fn links_lead_to_pages_alone() {
        for (url, kept) in [
            ("https://lab/docs/runbooks/A.md", true),
            ("http://lab/", true),
            ("docs/runbooks/A.md", true),
            ("/d/lab-slo", true),
            ("javascript:alert(1)", false),
            ("JAVASCRIPT:alert(1)", false),
            ("data:text/html,x", false),
            (" javascript:alert(1)", false),
        ] {
            let alert = alert(&[], &[("runbook_url", url)]);
            assert_eq!(alert.runbook_url, if kept { url } else { "" }, "{url}");
        }
    }

    #[test]
    fn unknown_severities_are_good_to_know() {
        assert_eq!(alert(&[("severity", "page")], &[]).severity(), Severity::Page);
        assert_eq!(alert(&[("severity", "critical")], &[]).severity(), Severity::Info);
        assert_eq!(alert(&[], &[]).severity(), Severity::Info);
    }

    #[test]
    fn labels_and_texts_are_bounded() {
        let mut many: Labels =
            (0..100).map(|number| (format!("a{number}"), "x".repeat(5000))).collect();
        many.insert("severity".to_owned(), "page".to_owned());
        let annotations = labels(&[("summary", &"ü".repeat(5000))]);
        let alert = Alert::new(many, &annotations, datetime!(2026-01-31 12:00 UTC));
        assert_eq!(alert.labels.len(), LABELS_MAX);
        assert_eq!(alert.severity(), Severity::Page);
        assert_eq!(alert.summary.chars().count(), ALERT_TEXT_MAX_CHARS);
        assert!(alert.labels.values().all(|value| value.len() <= ALERT_TEXT_MAX_CHARS));
    }
}
