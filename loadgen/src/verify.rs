//! Do traces arrive whole? Asks the lab about a sample of them while the run goes on.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
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
    /// Starts it. It ends when the last [`Sample`] is gone and its traces were looked at.
    pub fn start(target: &Target) -> std::io::Result<(Self, Sample)> {
        let (sender, receiver) = sync_channel(WAITING);
        let lab = Lab::new(target);
        let thread = std::thread::Builder::new()
            .name("verify".to_owned())
            .spawn(move || worker::block_on(look(&lab, &receiver)))?;
        let taking = Taking { next: Instant::now(), sender };
        Ok((Self { thread }, Sample(Arc::new(Mutex::new(taking)))))
    }

    /// Waits for the last traces.
    #[must_use]
    pub fn finish(self) -> Completeness {
        self.thread.join().unwrap_or_default()
    }
}

async fn look(lab: &Lab, sample: &Receiver<(u128, Instant)>) -> Completeness {
    let mut completeness = Completeness::default();
    let mut waiting = VecDeque::new();
    let mut more = true;
    while more || !waiting.is_empty() {
        if more {
            match sample.recv_timeout(NAP) {
                Ok(taken) => waiting.push_back(taken),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => more = false,
            }
        } else {
            tokio::time::sleep(NAP).await;
        }
        // The oldest first: what it lacks will not be there of younger ones either.
        while let Some((trace_id, ended)) = waiting.front().copied() {
            let missing = what_is_missing(lab.trace(&trace::trace_id(trace_id)).await.as_ref());
            if missing.is_some() && ended.elapsed() < PATIENCE {
                break;
            }
            completeness.note(trace_id, missing);
            waiting.pop_front();
        }
    }
    completeness
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
}
