//! Follows the lab's alerts.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use api_types::alert::{Alert, Severity};

use crate::lab::Lab;
use crate::target::Target;
use crate::worker;

/// Between two looks.
const PERIOD: Duration = Duration::from_secs(1);

/// An alert that began or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When it was noticed.
    pub at: Instant,
    /// Its name, with the burn rate that it watches.
    pub name: String,
    /// How urgent it is.
    pub severity: Severity,
    /// What is wrong.
    pub summary: String,
    /// Whether it fires now.
    pub fires: bool,
}

/// Looks once a second, on a thread of its own.
pub struct Follower {
    changes: Arc<Mutex<Vec<Change>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Follower {
    /// Starts it.
    pub fn start(target: &Target) -> std::io::Result<Self> {
        let changes = Arc::<Mutex<Vec<Change>>>::default();
        let stop = Arc::<AtomicBool>::default();
        let lab = Lab::new(target);
        let (told, stopped) = (Arc::clone(&changes), Arc::clone(&stop));
        let thread = std::thread::Builder::new().name("alerts".to_owned()).spawn(move || {
            worker::block_on(async {
                let mut known = BTreeMap::new();
                while !stopped.load(Ordering::Relaxed) {
                    if let Some(alerts) = lab.alerts().await {
                        let news = compare(&mut known, &alerts);
                        told.lock().unwrap_or_else(PoisonError::into_inner).extend(news);
                    }
                    tokio::time::sleep(PERIOD).await;
                }
            });
        })?;
        Ok(Self { changes, stop, thread: Some(thread) })
    }

    /// What changed since the last call.
    #[must_use]
    pub fn news(&self) -> Vec<Change> {
        std::mem::take(&mut self.changes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It only reads; a panic in it was told by the hook.
            let _ = thread.join();
        }
    }
}

/// The name of an alert, and which burn rate it is about.
#[must_use]
pub fn name(alert: &Alert) -> String {
    match alert.labels.get("burn_rate") {
        Some(rate) => format!("{} ({rate} times)", alert.name),
        None => alert.name.clone(),
    }
}

fn compare(known: &mut BTreeMap<String, Alert>, alerts: &[Alert]) -> Vec<Change> {
    let firing: BTreeMap<_, _> = alerts.iter().map(|alert| (name(alert), alert.clone())).collect();
    let change = |name: &String, alert: &Alert, fires| Change {
        at: Instant::now(),
        name: name.clone(),
        severity: alert.severity,
        summary: alert.summary.clone(),
        fires,
    };
    let begun = firing.iter().filter(|(name, _)| !known.contains_key(*name));
    let ended = known.iter().filter(|(name, _)| !firing.contains_key(*name));
    let news = begun
        .map(|(name, alert)| change(name, alert, true))
        .chain(ended.map(|(name, alert)| change(name, alert, false)))
        .collect();
    *known = firing;
    news
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn alert(name: &str, burn_rate: Option<&str>) -> Alert {
        let labels = burn_rate.map(|rate| ("burn_rate", rate));
        serde_json::from_value(json!({
            "name": name, "severity": "page", "summary": "s", "description": "",
            "runbook_url": "", "dashboard_url": "", "starts_at": "2026-01-01T00:00:00Z",
            "labels": labels.into_iter().collect::<BTreeMap<_, _>>(),
        }))
        .unwrap()
    }

    #[test]
    fn beginnings_and_ends_are_told_once() {
        let mut known = BTreeMap::new();
        let mut told = |alerts: &[Alert]| {
            let news = compare(&mut known, alerts).into_iter();
            news.map(|change| (change.name, change.fires)).collect::<Vec<_>>()
        };
        let (high, burn) = (alert("High", None), alert("Burn", Some("14.4")));
        assert_eq!(told(&[]), []);
        assert_eq!(told(std::slice::from_ref(&high)), [("High".to_owned(), true)]);
        assert_eq!(told(&[high, burn.clone()]), [("Burn (14.4 times)".to_owned(), true)]);
        assert_eq!(told(&[burn]), [("High".to_owned(), false)]);
    }
}
