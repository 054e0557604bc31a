//! Hands every step to its worker when it is due.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::iter::Peekable;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, atomic::AtomicUsize};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Sender;

use crate::plan::Step;
use crate::worker::Measured;

/// How long it sleeps at most, so that it notices when it is to stop.
const NAP: Duration = Duration::from_millis(50);

/// What the pacer tells while it runs, and whether it is to stop.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// The place of the stage.
    pub stage: Arc<AtomicUsize>,
    /// Stop now.
    pub stop: Arc<AtomicBool>,
}

/// Steps by the time at which they are sent, the soonest first.
#[derive(Debug, PartialEq, Eq)]
struct Soonest(Step);

impl Ord for Soonest {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0.due(), self.0.number).cmp(&(other.0.due(), other.0.number))
    }
}

impl PartialOrd for Soonest {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Orders a plan's steps by the time at which they are sent. Plans are in the order in
/// which people act; networks delay some more than others.
#[derive(Debug)]
pub struct BySendTime<I: Iterator<Item = Step>> {
    plan: Peekable<I>,
    /// Steps that were acted on but are not sent yet.
    under_way: BinaryHeap<Reverse<Soonest>>,
}

impl<I: Iterator<Item = Step>> BySendTime<I> {
    /// Orders `plan`.
    pub fn new(plan: I) -> Self {
        Self { plan: plan.peekable(), under_way: BinaryHeap::new() }
    }
}

impl<I: Iterator<Item = Step>> Iterator for BySendTime<I> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            let due = self.under_way.peek().map(|Reverse(step)| step.0.due());
            // Later acts are not sent before they happen.
            let act = self.plan.next_if(|step| due.is_none_or(|due| step.at <= due));
            match act {
                Some(step) => self.under_way.push(Reverse(Soonest(step))),
                None => return self.under_way.pop().map(|Reverse(Soonest(step))| step),
            }
        }
    }
}

/// Sleeps from step to step. A thread that sleeps is ten times as exact as an async timer
/// and wakes once for all that is due.
pub fn pace(
    plan: impl Iterator<Item = Step>,
    start: Instant,
    workers: &[(Sender<Step>, Measured)],
    progress: &Progress,
) {
    for step in BySendTime::new(plan) {
        let due = start + step.due();
        loop {
            if progress.stop.load(Ordering::Relaxed) {
                return;
            }
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            thread::sleep(left.min(NAP));
        }
        progress.stage.store(step.stage, Ordering::Relaxed);
        // A session stays with one worker, which remembers its task.
        let at = usize::try_from(step.session).unwrap_or(0) % workers.len().max(1);
        if let Some((worker, measured)) = workers.get(at)
            && worker.try_send(step).is_err()
        {
            measured.drop_requests(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::persona::Persona;
    use crate::plan::Action;
    use crate::stats::Stats;

    fn step(number: u64, at_ms: u64, uplink_ms: u64) -> Step {
        Step {
            number,
            at: Duration::from_millis(at_ms),
            uplink: Duration::from_millis(uplink_ms),
            downlink: Duration::ZERO,
            stage: 0,
            session: number,
            is_last: true,
            persona: Persona::default(),
            action: Action::List,
        }
    }

    #[test]
    fn slow_networks_are_overtaken() {
        let plan = [step(0, 0, 50), step(1, 10, 5), step(2, 20, 30), step(3, 100, 0)];
        let order: Vec<_> = BySendTime::new(plan.into_iter()).map(|step| step.number).collect();
        assert_eq!(order, [1, 0, 2, 3]);
    }

    #[test]
    fn steps_come_when_they_are_due() {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(100);
        let start = Instant::now();
        let plan = (0..20).map(|number| step(number, number * 5, 0));
        pace(plan, start, &[(sender, Measured::default())], &Progress::default());
        assert!(start.elapsed() >= Duration::from_millis(95));
        let mut count = 0;
        while receiver.try_recv().is_ok() {
            count += 1;
        }
        assert_eq!(count, 20);
    }

    #[test]
    fn a_full_worker_costs_the_step_and_is_told() {
        let (sender, _receiver) = tokio::sync::mpsc::channel(1);
        let measured = Measured::default();
        let plan = (0..3).map(|number| step(number, 0, 0));
        pace(plan, Instant::now(), &[(sender, measured.clone())], &Progress::default());
        let mut stats = Stats::default();
        measured.exchange(&mut stats);
        assert_eq!(stats.dropped, 2);
    }
}
