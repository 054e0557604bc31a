//! Tells the story while it happens.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::time::Instant;

use api_types::alert::Severity;

use super::acts::ACTS;
use super::alerts::{Change, Follower};
use crate::engine::{Tick, Watcher};

/// Alerts that must fire, and end.
pub const EXPECTED: [&str; 2] = ["HighErrorRate", "AvailabilityErrorBudgetBurn (14.4 times)"];

/// Prints what happens and remembers which alerts fired.
pub struct Narrator<W> {
    inner: W,
    target: String,
    start: Instant,
    follower: Follower,
    act: Option<usize>,
    seen: BTreeMap<String, Seen>,
}

/// When an alert was told and when its end, in seconds since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seen {
    /// When it was told first.
    pub fired: f64,
    /// When its end was told last.
    pub ended: Option<f64>,
}

impl<W: Watcher> Narrator<W> {
    /// Tells between what `inner` prints.
    pub fn new(inner: W, target: &str, start: Instant, follower: Follower) -> Self {
        let target = target.to_owned();
        Self { inner, target, start, follower, act: None, seen: BTreeMap::new() }
    }

    /// What became of the alerts: a sentence each, and whether all went as expected.
    #[must_use]
    pub fn end(mut self) -> (Vec<String>, bool) {
        self.tell_news();
        epilogue(&self.seen)
    }

    fn tell_act(&mut self, at: usize) {
        let Some(act) = ACTS.get(at).filter(|_| self.act != Some(at)) else {
            return;
        };
        self.act = Some(at);
        let seconds = act.duration.as_secs();
        tell(&format!("\n── act {} of {}: {} ({seconds} s) ──", at + 1, ACTS.len(), act.name));
        tell(act.story);
        for look in act.look {
            tell(&format!("   look at {look}"));
        }
        if at == 0 {
            tell(&format!("   the page is {}", self.target));
        }
    }

    fn tell_news(&mut self) {
        for change in self.follower.news() {
            let at = change.at.saturating_duration_since(self.start).as_secs_f64();
            tell(&sentence(&change, at));
            let seen = self.seen.entry(change.name).or_insert(Seen { fired: at, ended: None });
            seen.ended = (!change.fires).then_some(at);
        }
    }
}

impl<W: Watcher> Watcher for Narrator<W> {
    fn tick(&mut self, tick: &Tick<'_>) {
        self.tell_act(tick.stage);
        self.tell_news();
        self.inner.tick(tick);
    }

    fn wants_end(&mut self) -> bool {
        self.inner.wants_end()
    }
}

/// A pipe that nobody reads any more takes no story; the run goes on.
fn tell(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

fn sentence(change: &Change, at: f64) -> String {
    let who = match change.severity {
        Severity::Page => "PAGE",
        Severity::Ticket => "TICKET",
        Severity::Info => "INFO",
    };
    if change.fires {
        format!("{at:>5.0} s  ▲ {who} {}: {}", change.name, change.summary)
    } else {
        format!("{at:>5.0} s  ▼ resolved {}", change.name)
    }
}

fn epilogue(seen: &BTreeMap<String, Seen>) -> (Vec<String>, bool) {
    let mut as_expected = true;
    let told = EXPECTED.iter().map(|name| match seen.get(*name) {
        Some(Seen { fired, ended: Some(ended) }) => {
            format!("{name}: told after {fired:.0} s, its end after {ended:.0} s")
        }
        Some(Seen { fired, ended: None }) => {
            as_expected = false;
            format!("{name}: told after {fired:.0} s, its end was not told")
        }
        None => {
            as_expected = false;
            format!(
                "{name}: not told. Does a Prometheus with the demo's rules watch this lab, and \
                 does its Alertmanager post to /internal/alerts?"
            )
        }
    });
    let told = told.collect();
    (told, as_expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_says_which_alerts_came() {
        let whole = Seen { fired: 75.0, ended: Some(150.0) };
        let mut seen: BTreeMap<_, _> =
            EXPECTED.iter().map(|name| ((*name).to_owned(), whole)).collect();
        assert!(epilogue(&seen).1);
        seen.insert(EXPECTED[0].to_owned(), Seen { ended: None, ..whole });
        let (told, as_expected) = epilogue(&seen);
        assert!(!as_expected && told[0].contains("its end was not told"), "{told:?}");
        let (told, as_expected) = epilogue(&BTreeMap::new());
        assert!(!as_expected && told[1].contains("demo's rules"), "{told:?}");
    }
}
