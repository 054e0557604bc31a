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
use crate::worker::open::Due;

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

/// A worker's queue, and where it counts.
#[derive(Debug)]
pub struct Lane {
    queue: Sender<Due>,
    measured: Measured,
    /// Sessions whose last step found no room: their worker would remember them for good.
    ended: Vec<u64>,
}

impl Lane {
    /// To the worker that reads `queue` and counts in `measured`.
    #[must_use]
    pub fn new(queue: Sender<Due>, measured: Measured) -> Self {
        Self { queue, measured, ended: Vec::new() }
    }

    /// Hands a step on; one that finds no room is dropped and counted.
    fn send(&mut self, step: Step) {
        while let Some(session) = self.ended.pop() {
            if self.queue.try_send(Due::End(session)).is_err() {
                self.ended.push(session);
                break;
            }
        }
        if self.queue.try_send(Due::Step(step)).is_err() {
            self.measured.drop_requests(1);
            if step.is_last {
                self.ended.push(step.session);
            }
        }
    }
}

/// Sleeps from step to step. A thread that sleeps is ten times as exact as an async timer
/// and wakes once for all that is due.
pub fn pace(
    plan: impl Iterator<Item = Step>,
    start: Instant,
    mut workers: Vec<Lane>,
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
        if let Some(worker) = workers.get_mut(at) {
            worker.send(step);
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
        pace(plan, start, vec![Lane::new(sender, Measured::default())], &Progress::default());
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
        pace(plan, Instant::now(), vec![Lane::new(sender, measured.clone())], &Progress::default());
        let mut stats = Stats::default();
        measured.exchange(&mut stats);
        assert_eq!(stats.dropped, 2);
    }

    #[test]
    fn the_end_of_a_session_is_told_when_there_is_room() {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(2);
        let mut lane = Lane::new(sender, Measured::default());
        for number in 0..4 {
            lane.send(Step { is_last: number != 3, ..step(number, 0, 0) });
        }
        let mut told = Vec::new();
        for _ in 0..2 {
            while let Ok(due) = receiver.try_recv() {
                told.push(due);
            }
            lane.send(step(9, 0, 0));
        }
        let ended = |session| Due::End(session);
        assert_eq!(told[..2], [Due::Step(step(0, 0, 0)), Due::Step(step(1, 0, 0))]);
        assert_eq!(told[2..], [ended(2), Due::Step(step(9, 0, 0))]);
    }
}
