//! The alerts that fire, as Alertmanager reports them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use api_types::limits::ALERTS_MAX;
use time::{Duration, OffsetDateTime};

use crate::domain::alert::{Alert, Labels};

/// How long an alert fires without being reported again. Alertmanager repeats those that
/// fire every five minutes (`compose/alertmanager`); when it is gone, nobody would say
/// that they are over.
pub const KEEP: Duration = Duration::hours(1);

/// The alerts that fire now, at most [`ALERTS_MAX`].
#[derive(Debug, Default)]
pub struct FiringAlerts {
    known: Mutex<BTreeMap<Labels, Known>>,
}

#[derive(Debug)]
struct Known {
    alert: Alert,
    reported_at: OffsetDateTime,
}

/// What a report changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It did not fire before.
    Fires(Alert),
    /// It does not fire any more.
    Resolved(Alert),
    /// It was not reported again, or there was no room: it may still fire.
    Forgotten(Alert),
}

impl FiringAlerts {
    /// Takes a report that an alert fires (`true`) or is over (`false`).
    pub fn report(&self, alert: Alert, fires: bool, now: OffsetDateTime) -> Vec<Change> {
        let mut known = self.lock();
        let mut changes = forget_silent(&mut known, now);
        if !fires {
            let over = known.remove(&alert.labels);
            changes.extend(over.map(|_| Change::Resolved(alert)));
            return changes;
        }
        let before =
            known.insert(alert.labels.clone(), Known { alert: alert.clone(), reported_at: now });
        if before.is_none() {
            if known.len() > ALERTS_MAX {
                changes.extend(forget_oldest(&mut known, &alert.labels));
            }
            changes.push(Change::Fires(alert));
        }
        changes
    }

    /// Those that fire, newest first, and what is forgotten by now.
    pub fn list(&self, now: OffsetDateTime) -> (Vec<Alert>, Vec<Change>) {
        let mut known = self.lock();
        let changes = forget_silent(&mut known, now);
        let mut alerts: Vec<_> = known.values().map(|known| known.alert.clone()).collect();
        alerts.sort_by_key(|alert| std::cmp::Reverse(alert.starts_at));
        (alerts, changes)
    }

    /// A panic elsewhere leaves no half-written map behind.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Labels, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn forget_silent(known: &mut BTreeMap<Labels, Known>, now: OffsetDateTime) -> Vec<Change> {
    known
        .extract_if(.., |_, known| now - known.reported_at > KEEP)
        .map(|(_, known)| Change::Forgotten(known.alert))
        .collect()
}

/// Forgets the one that was reported longest ago, but not the newcomer.
fn forget_oldest(known: &mut BTreeMap<Labels, Known>, newcomer: &Labels) -> Option<Change> {
    let oldest = known
        .iter()
        .filter(|(labels, _)| *labels != newcomer)
        .min_by_key(|(_, known)| (known.reported_at, known.alert.starts_at))
        .map(|(labels, _)| labels.clone())?;
    known.remove(&oldest).map(|known| Change::Forgotten(known.alert))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-01-31 12:00 UTC);

    fn alert(name: &str, starts_at: OffsetDateTime) -> Alert {
        let labels = Labels::from([("alertname".to_owned(), name.to_owned())]);
        Alert::new(labels, &Labels::new(), starts_at)
    }

    #[test]
    fn only_what_is_new_is_a_change() {
        let firing = FiringAlerts::default();
        let first = alert("a", NOW);
        assert_eq!(firing.report(first.clone(), true, NOW), [Change::Fires(first.clone())]);
        assert_eq!(firing.report(first.clone(), true, NOW), []);
        assert_eq!(firing.report(first.clone(), false, NOW), [Change::Resolved(first.clone())]);
        assert_eq!(firing.report(first, false, NOW), []);
        assert!(firing.list(NOW).0.is_empty());
    }

    #[test]
    fn the_newest_comes_first() {
        let firing = FiringAlerts::default();
        for (name, minutes) in [("old", 9), ("new", 1), ("middle", 5)] {
            firing.report(alert(name, NOW - Duration::minutes(minutes)), true, NOW);
        }
        let (alerts, _) = firing.list(NOW);
        assert_eq!(alerts.iter().map(Alert::name).collect::<Vec<_>>(), ["new", "middle", "old"]);
    }

    #[test]
    fn what_is_not_repeated_is_forgotten() {
        let firing = FiringAlerts::default();
        firing.report(alert("a", NOW), true, NOW);
        firing.report(alert("b", NOW), true, NOW + Duration::minutes(30));
        let (alerts, changes) = firing.list(NOW + KEEP + Duration::seconds(1));
        assert_eq!(alerts, [alert("b", NOW)]);
        assert_eq!(changes, [Change::Forgotten(alert("a", NOW))]);
    }

    #[test]
    fn there_is_room_for_a_hundred() {
        let firing = FiringAlerts::default();
        for number in 0..ALERTS_MAX {
            let seconds = i64::try_from(number).unwrap();
            firing.report(
                alert(&format!("n{number:03}"), NOW),
                true,
                NOW + Duration::seconds(seconds),
            );
        }
        // Alphabetically before all others.
        let late = alert("late", NOW);
        let changes = firing.report(late.clone(), true, NOW + Duration::minutes(5));
        assert_eq!(changes, [Change::Forgotten(alert("n000", NOW)), Change::Fires(late)]);
        assert_eq!(firing.list(NOW + Duration::minutes(5)).0.len(), ALERTS_MAX);
    }
}
