//! Clients' telemetry on its way to this process's collector.

mod grpc;
mod http;
mod retry;

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use crate::batch::Worker;
use crate::build::BuildError;
use crate::dropped::{DropReason, Dropped, SignalKind};
use crate::export::Outcome;
use crate::queue::Queue;
use crate::transport::{Link, Links, Transport};

/// Messages that wait at the most; the intake bounds each to 256 KiB of JSON.
const QUEUED: usize = 64;

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
        links: &Links,
        dropped: &Arc<Dropped>,
        workers: &mut Vec<Worker>,
    ) -> Result<Self, BuildError> {
        let mut start = |link: &Option<Link>, signal, name| {
            let Some(link) = link.clone() else {
                return Ok(None);
            };
            let handle = sender(link, signal, Arc::clone(dropped));
            let queue = Worker::queue(workers, name, (QUEUED, 1), Duration::ZERO, handle)?;
            Ok::<_, BuildError>(Some(queue))
        };
        Ok(Self {
            traces: start(&links.traces, SignalKind::Span, "forward-spans")?,
            logs: start(&links.logs, SignalKind::Log, "forward-logs")?,
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

/// Sends in the way that is configured for this process's own telemetry.
fn sender(
    link: Link,
    signal: SignalKind,
    dropped: Arc<Dropped>,
) -> impl FnMut(Vec<Message>) + Send + 'static {
    let mut outcome = Outcome::new(signal, DropReason::ForwardFailed, dropped);
    move |batch: Vec<Message>| {
        for Message { protobuf, items } in batch {
            let limit = link.export.timeout;
            let sent = match &link.transport {
                Transport::Http(client) => {
                    let body = http::body(&link.export, signal, protobuf);
                    let post = async || http::post(client, &link.export, body.clone()?).await;
                    link.wait(retry::until_taken(limit, post))
                }
                Transport::Grpc(channel) => {
                    let call = async || grpc::call(channel, &link, signal, &protobuf).await;
                    link.wait(retry::until_taken(limit, call))
                }
            };
            outcome.note(sent, items);
        }
    }
}
