//! Do traces arrive whole? Asks the lab about a sample of them while the run goes on.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use api_types::trace::Trace;

use crate::lab::Lab;
use crate::stats::share;
use crate::target::Target;
use crate::telemetry::settings::SERVICE_NAME;
use crate::trace;
use crate::worker;

/// Between two traces of the sample.
const PERIOD: Duration = Duration::from_millis(200);
/// Traces that wait to be looked at.
const WAITING: usize = 256;
/// How long a trace has to arrive.
const PATIENCE: Duration = Duration::from_secs(20);
/// How much longer the last traces are asked for in all, where the lab is slow to say.
const GRACE: Duration = Duration::from_secs(5);
/// Between two looks.
const NAP: Duration = Duration::from_millis(250);
/// Incomplete traces that are named.
const NAMED: usize = 5;

/// Takes traces for the sample. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sample(Arc<Mutex<Taking>>);

#[derive(Debug)]
struct Taking {
    next: Instant,
    sender: SyncSender<(u128, Instant)>,
}

impl Sample {
    /// Offers the trace of a request that was answered; the first one of each fifth of a
    /// second is taken.
    pub fn offer(&self, trace_id: u128, now: Instant) {
        let mut taking = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now >= taking.next {
            taking.next = now + PERIOD;
            // A full queue makes the sample smaller.
            let _ = taking.sender.try_send((trace_id, now));
        }
    }
}

/// How many traces arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completeness {
    /// Traces of the sample.
    pub checked: u64,
    /// Those that arrived whole.
    pub complete: u64,
    /// Some of the others, and what is missing of them.
    pub missing: Vec<(u128, &'static str)>,
}

impl Completeness {
    /// The share that arrived whole, 0 to 1.
    #[must_use]
    pub fn share(&self) -> f64 {
        share(self.complete, self.checked)
    }

    fn note(&mut self, trace_id: u128, missing: Option<&'static str>) {
        self.checked += 1;
        match missing {
            None => self.complete += 1,
            Some(reason) if self.missing.len() < NAMED => self.missing.push((trace_id, reason)),
            Some(_) => {}
        }
    }
}

/// The thread that asks.
pub struct Verifier {
    thread: JoinHandle<Completeness>,
}

impl Verifier {
    /// Starts it. It ends when the last [`Sample`] is gone and its traces were looked at, or
    /// had their time.
    pub fn start(target: &Target) -> std::io::Result<(Self, Sample)> {
        let (sender, receiver) = sync_channel(WAITING);
        let lab = Lab::new(target);
        let thread = std::thread::Builder::new().name("verify".to_owned()).spawn(move || {
            let mut look = Look::new(receiver, PATIENCE);
            worker::block_on(look.at_all(async |trace_id| {
                what_is_missing(lab.trace(&trace::trace_id(trace_id)).await.as_ref())
            }));
            look.completeness
        })?;
        let taking = Taking { next: Instant::now(), sender };
        Ok((Self { thread }, Sample(Arc::new(Mutex::new(taking)))))
    }

    /// Waits for the last traces.
    #[must_use]
    pub fn finish(self) -> Completeness {
        self.thread.join().unwrap_or_default()
    }
}

/// The sample, as far as it was looked at.
struct Look {
    sample: Receiver<(u128, Instant)>,
    /// The oldest first: what it lacks will not be there of younger ones either.
    waiting: VecDeque<(u128, Instant)>,
    /// How long a trace has to arrive.
    patience: Duration,
    /// When the rest is given up on; nobody knows while there is more to come.
    end: Option<Instant>,
    completeness: Completeness,
}

impl Look {
    fn new(sample: Receiver<(u128, Instant)>, patience: Duration) -> Self {
        let waiting = VecDeque::new();
        Self { sample, waiting, patience, end: None, completeness: Completeness::default() }
    }

    /// Looks at every trace until it is whole or had its time; `ask` tells what is missing.
    async fn at_all(&mut self, ask: impl AsyncFn(u128) -> Option<&'static str>) {
        while self.has_more() {
            let Some((trace_id, ended)) = self.waiting.front().copied() else {
                tokio::time::sleep(NAP).await;
                continue;
            };
            let Some(missing) = self.in_time(ask(trace_id)).await else {
                self.give_up();
                return;
            };
            if missing.is_some() && ended.elapsed() < self.patience {
                tokio::time::sleep(NAP).await;
            } else {
                self.completeness.note(trace_id, missing);
                self.waiting.pop_front();
            }
        }
    }

    /// Takes what was offered meanwhile: a slow lab must not fill the queue.
    fn has_more(&mut self) -> bool {
        while self.end.is_none() {
            match self.sample.try_recv() {
                Ok(taken) => self.waiting.push_back(taken),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => {
                    self.end = Some(Instant::now() + self.patience + GRACE);
                }
            }
        }
        !self.waiting.is_empty()
    }

    /// None where the end comes first.
    async fn in_time<T>(&self, answer: impl Future<Output = T>) -> Option<T> {
        match self.end {
            Some(end) => tokio::time::timeout_at(end.into(), answer).await.ok(),
            None => Some(answer.await),
        }
    }

    /// The lab has hung with the first of these; nothing is known of those behind it.
    fn give_up(&mut self) {
        if let Some((trace_id, _)) = self.waiting.pop_front() {
            self.completeness.note(trace_id, Some("everything"));
        }
        self.waiting.clear();
    }
}

/// A trace is whole when it is one tree below our span, with the server's spans in it.
fn what_is_missing(trace: Option<&Trace>) -> Option<&'static str> {
    let Some(trace) = trace else {
        return Some("everything");
    };
    let root = trace.spans.iter().find(|span| span.parent_span_id.is_none());
    if root.is_none_or(|root| root.service != SERVICE_NAME) {
        Some("the request's span")
    } else if trace.spans.iter().all(|span| span.service == SERVICE_NAME) {
        Some("the server's spans")
    } else if !trace.complete {
        Some("a span between others")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn missing(spans: &[(&str, Option<&str>, &str)], complete: bool) -> Option<&'static str> {
        let spans: Vec<_> = spans
            .iter()
            .map(|(id, parent, service)| {
                json!({
                    "span_id": id, "parent_span_id": parent, "service": service, "name": "n",
                    "kind": "client", "start_time": "2026-01-01T00:00:00Z", "duration_us": 1,
                    "status": "unset", "attributes": {}, "events": []
                })
            })
            .collect();
        let trace = json!({
            "trace_id": "1", "spans": spans, "logs": [], "complete": complete, "sources": []
        });
        what_is_missing(Some(&serde_json::from_value(trace).unwrap()))
    }

    #[test]
    fn what_a_trace_lacks_is_named() {
        let root = ("1", None, "lab-loadgen");
        let server = ("2", Some("1"), "task-backend");
        assert_eq!(what_is_missing(None), Some("everything"));
        assert_eq!(missing(&[root, server], true), None);
        assert_eq!(missing(&[root], true), Some("the server's spans"));
        assert_eq!(missing(&[server], false), Some("the request's span"));
        assert_eq!(missing(&[root, server], false), Some("a span between others"));
    }

    #[test]
    fn the_sample_takes_its_time() {
        let (sender, receiver) = sync_channel(10);
        let now = Instant::now();
        let sample = Sample(Arc::new(Mutex::new(Taking { next: now, sender })));
        for ms in 0..1_000 {
            sample.offer(u128::from(ms), now + Duration::from_millis(ms));
        }
        let taken: Vec<_> = receiver.try_iter().map(|(trace_id, _)| trace_id).collect();
        assert_eq!(taken, [0, 200, 400, 600, 800]);
    }

    fn offered(traces: u128) -> Receiver<(u128, Instant)> {
        let (sender, receiver) = sync_channel(WAITING);
        for trace_id in 0..traces {
            sender.send((trace_id, Instant::now())).unwrap();
        }
        receiver
    }

    #[test]
    fn a_lab_that_hangs_does_not_hold_the_run() {
        let mut look = Look::new(offered(100), Duration::ZERO);
        let start = Instant::now();
        // There is time for one answer and two thirds.
        worker::block_on(look.at_all(async |_| {
            tokio::time::sleep(GRACE.mul_f64(0.6)).await;
            None
        }));
        assert!(start.elapsed() < 3 * GRACE, "{:?}", start.elapsed());
        let Completeness { checked, complete, missing } = look.completeness;
        assert_eq!((checked, complete), (2, 1));
        assert_eq!(missing[0], (1, "everything"));
    }

    #[test]
    fn all_that_was_offered_is_taken_at_once() {
        let (sender, receiver) = sync_channel(2);
        let mut look = Look::new(receiver, PATIENCE);
        for round in 1..=3 {
            sender.try_send((0, Instant::now())).unwrap();
            sender.try_send((0, Instant::now())).unwrap();
            assert!(look.has_more());
            assert_eq!(look.waiting.len(), 2 * round);
        }
        drop(sender);
        assert!(look.has_more() && look.end.is_some());
        look.give_up();
        assert!(!look.has_more());
    }
}
