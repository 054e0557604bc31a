//! Tells the story while it happens.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use api_types::alert::Severity;

use super::acts::{ACTS, DURATIONS};
use super::alerts::{Change, Follower};
use crate::engine::{End, Tick, Watcher};

/// Alerts that must fire where nobody says otherwise: those for errors end with the act that
/// follows; the ticket for latency stays, since its windows are long.
pub const EXPECTED: [&str; 3] = [
    "HighErrorRate",
    "AvailabilityErrorBudgetBurn (14.4 times)",
    "LatencyErrorBudgetBurn (3 times)",
];

/// Prints what happens and remembers which alerts fired.
pub struct Narrator<W> {
    inner: W,
    target: String,
    start: Instant,
    story: Story,
    follower: Follower,
    act: Option<usize>,
    seen: BTreeMap<String, Seen>,
}

/// How the story is told.
#[derive(Clone, Debug)]
pub struct Story {
    /// How long each act lasts.
    pub durations: [Duration; ACTS.len()],
    /// The alerts that must fire, by their [`name`](super::alerts::name). A page must end, too.
    pub expected: Vec<String>,
}

impl Default for Story {
    fn default() -> Self {
        Self { durations: DURATIONS, expected: EXPECTED.map(str::to_owned).into() }
    }
}

/// When an alert was told and when its end, in seconds since the start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// How urgent it is.
    pub severity: Severity,
    /// When it was told first.
    pub fired: f64,
    /// When its end was told last.
    pub ended: Option<f64>,
}

impl<W: Watcher> Narrator<W> {
    /// Tells between what `inner` prints.
    pub fn new(inner: W, target: &str, start: Instant, story: Story, follower: Follower) -> Self {
        let target = target.to_owned();
        Self { inner, target, start, story, follower, act: None, seen: BTreeMap::new() }
    }

    /// What became of the alerts: a sentence each, and whether all went as expected.
    #[must_use]
    pub fn end(mut self) -> (Vec<String>, bool) {
        self.tell_news();
        epilogue(&self.story.expected, &self.seen)
    }

    fn tell_act(&mut self, at: usize) {
        let Some(act) = ACTS.get(at).filter(|_| self.act != Some(at)) else {
            return;
        };
        self.act = Some(at);
        let seconds = self.story.durations[at].as_secs();
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
            let first = Seen { severity: change.severity, fired: at, ended: None };
            let seen = self.seen.entry(change.name).or_insert(first);
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

    fn wants_end(&mut self) -> Option<End> {
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

fn epilogue(expected: &[String], seen: &BTreeMap<String, Seen>) -> (Vec<String>, bool) {
    let mut as_expected = true;
    let told = expected.iter().map(|name| match seen.get(name) {
        Some(Seen { fired, ended: Some(ended), .. }) => {
            format!("{name}: told after {fired:.0} s, its end after {ended:.0} s")
        }
        Some(Seen { severity, fired, ended: None }) => {
            as_expected &= *severity != Severity::Page;
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
        let expected = Story::default().expected;
        let page = Seen { severity: Severity::Page, fired: 75.0, ended: Some(150.0) };
        let ticket = Seen { severity: Severity::Ticket, fired: 170.0, ended: None };
        let mut seen: BTreeMap<_, _> = expected.iter().cloned().zip([page, page, ticket]).collect();
        assert!(epilogue(&expected, &seen).1, "a ticket may stay");
        seen.insert(expected[0].clone(), Seen { ended: None, ..page });
        let (told, as_expected) = epilogue(&expected, &seen);
        assert!(!as_expected && told[0].contains("its end was not told"), "{told:?}");
        seen.insert(expected[0].clone(), page);
        seen.remove(&expected[2]);
        let (told, as_expected) = epilogue(&expected, &seen);
        assert!(!as_expected && told[2].contains("not told. Does"), "{told:?}");
        assert!(epilogue(&expected[..2], &seen).1, "nobody expects it");
        let (told, as_expected) = epilogue(&expected, &BTreeMap::new());
        assert!(!as_expected && told[1].contains("demo's rules"), "{told:?}");
    }
}
