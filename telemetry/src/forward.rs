//! Clients' telemetry on its way to this process's collector.

use std::sync::Arc;
use std::time::Duration;

use reqwest::blocking::{Client, RequestBuilder};
use thiserror::Error;

use crate::batch::Worker;
use crate::build::BuildError;
use crate::config::{Config, Export};
use crate::dropped::{DropReason, Dropped, SignalKind};
use crate::export::Outcome;
use crate::queue::Queue;

/// Messages that wait at the most; the intake bounds each to 256 KiB of JSON.
const QUEUED: usize = 64;
/// How long the collector may take for a message.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Hands OTLP messages on to the endpoint that this process exports to, if there is one,
/// so that a trace is whole there as well. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Forwarder {
    traces: Option<Arc<Queue<Message>>>,
    logs: Option<Arc<Queue<Message>>>,
}

/// The queue is full: the sender should try again later.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("too much telemetry waits to be forwarded")]
pub struct Full;

#[derive(Debug)]
struct Message {
    protobuf: Vec<u8>,
    items: usize,
}

impl Forwarder {
    pub(crate) fn start(
        config: &Config,
        dropped: &Arc<Dropped>,
        workers: &mut Vec<Worker>,
    ) -> Result<Self, BuildError> {
        let mut start = |export: &Option<Export>, signal, name| {
            let Some(export) = export else {
                return Ok(None);
            };
            let handle = sender(export, signal, Arc::clone(dropped))?;
            let queue = Worker::queue(workers, name, (QUEUED, 1), Duration::ZERO, handle)?;
            Ok::<_, BuildError>(Some(queue))
        };
        Ok(Self {
            traces: start(&config.traces, SignalKind::Span, "forward-spans")?,
            logs: start(&config.logs, SignalKind::Log, "forward-logs")?,
        })
    }

    /// Whether messages of this signal go anywhere.
    #[must_use]
    pub fn forwards(&self, signal: SignalKind) -> bool {
        self.queue(signal).is_some()
    }

    /// Queues an encoded export request (`ExportTraceServiceRequest` or
    /// `ExportLogsServiceRequest`) of `items` spans or records. Does nothing where
    /// nothing is exported.
    pub fn forward(&self, signal: SignalKind, protobuf: Vec<u8>, items: usize) -> Result<(), Full> {
        match self.queue(signal) {
            Some(queue) if !queue.push(Message { protobuf, items }) => Err(Full),
            _ => Ok(()),
        }
    }

    fn queue(&self, signal: SignalKind) -> Option<&Arc<Queue<Message>>> {
        match signal {
            SignalKind::Span => self.traces.as_ref(),
            SignalKind::Log => self.logs.as_ref(),
        }
    }
}

fn sender(
    export: &Export,
    signal: SignalKind,
    dropped: Arc<Dropped>,
) -> Result<impl FnMut(Vec<Message>) + Send + 'static, BuildError> {
    let endpoint = export.endpoint.clone();
    // The blocking client runs a runtime of its own, which must not be started from
    // within another one.
    let client = std::thread::spawn(|| Client::builder().timeout(TIMEOUT).build())
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    let mut outcome = Outcome::new(signal, DropReason::ForwardFailed, dropped);
    Ok(move |batch: Vec<Message>| {
        for message in batch {
            let request = client
                .post(&endpoint.url)
                .header("content-type", "application/x-protobuf")
                .body(message.protobuf);
            let request = endpoint
                .headers
                .0
                .iter()
                .fold(request, |request: RequestBuilder, (name, value)| {
                    request.header(name, value)
                });
            let sent = request.send().and_then(reqwest::blocking::Response::error_for_status);
            outcome.note(sent.map(drop), message.items);
        }
    })
}
