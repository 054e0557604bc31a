//! An OTLP receiver that decodes what arrives, over HTTP and gRPC on the same port.

mod grpc;
mod http;
mod port;
mod server;
mod tls;

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::Span;
use tokio::sync::watch;

pub(crate) use port::Port;
pub(crate) use server::Server;

#[derive(Clone)]
pub(crate) struct Collector(Arc<Shared>);

struct Shared {
    received: Mutex<Received>,
    answer: watch::Sender<Answer>,
    open: AtomicUsize,
}

/// A call that has no answer yet and whose client still waits.
struct Open<'c>(&'c AtomicUsize);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What a collector does with requests.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// Takes them after a while.
    Take(Duration),
    /// Gives no answer until it is told another.
    Hang,
    Refuse(Refusal),
    /// Refuses one request and takes those after it.
    RefuseOnce(Refusal),
}

/// How a collector says no.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<&'static str>,
    pub(crate) code: tonic::Code,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Received {
    pub(crate) traces: Vec<ExportTraceServiceRequest>,
    pub(crate) logs: Vec<ExportLogsServiceRequest>,
    /// Those of the last request for spans that was taken.
    pub(crate) headers: HeaderMap,
    /// Every request, taken or not.
    pub(crate) calls: Vec<Call>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) at: Instant,
}

/// A message of OTLP.
pub(crate) trait Signal: Sized {
    fn keep(self, received: &mut Received, headers: HeaderMap);
}

impl Signal for ExportTraceServiceRequest {
    fn keep(self, received: &mut Received, headers: HeaderMap) {
        received.traces.push(self);
        received.headers = headers;
    }
}

impl Signal for ExportLogsServiceRequest {
    fn keep(self, received: &mut Received, _headers: HeaderMap) {
        received.logs.push(self);
    }
}

impl Collector {
    pub(crate) fn new(answer: Answer) -> Self {
        Self(Arc::new(Shared {
            received: Mutex::default(),
            answer: watch::Sender::new(answer),
            open: AtomicUsize::new(0),
        }))
    }

    /// Listens on a free port; each answer takes `delay`.
    pub(crate) async fn start(delay: Duration) -> (Self, SocketAddr) {
        let collector = Self::new(Answer::Take(delay));
        let server = collector.serve("127.0.0.1:0").await;
        (collector, server.address)
    }

    pub(crate) fn set(&self, answer: Answer) {
        self.0.answer.send_replace(answer);
    }

    /// Calls that have no answer yet and that nobody has given up.
    pub(crate) fn open(&self) -> usize {
        self.0.open.load(Ordering::Relaxed)
    }

    pub(crate) fn received(&self) -> Received {
        self.0.received.lock().unwrap().clone()
    }

    /// Decides on a message, and keeps it if it is taken.
    async fn take(
        &self,
        path: &str,
        headers: HeaderMap,
        message: impl Signal,
    ) -> Result<(), Refusal> {
        let call = Call { path: path.to_owned(), headers: headers.clone(), at: Instant::now() };
        self.0.received.lock().unwrap().calls.push(call);
        self.0.open.fetch_add(1, Ordering::Relaxed);
        let _open = Open(&self.0.open);
        let mut answer = self.0.answer.subscribe();
        loop {
            let current = *answer.borrow_and_update();
            match current {
                Answer::Take(delay) => {
                    tokio::time::sleep(delay).await;
                    message.keep(&mut self.0.received.lock().unwrap(), headers);
                    return Ok(());
                }
                Answer::Hang => answer.changed().await.unwrap(),
                Answer::Refuse(refusal) => return Err(refusal),
                Answer::RefuseOnce(refusal) => {
                    let take = |answer: &mut Answer| {
                        let is_first = matches!(answer, Answer::RefuseOnce(_));
                        if is_first {
                            *answer = Answer::Take(Duration::ZERO);
                        }
                        is_first
                    };
                    if self.0.answer.send_if_modified(take) {
                        return Err(refusal);
                    }
                }
            }
        }
    }
}

impl Received {
    pub(crate) fn spans(&self) -> Vec<&Span> {
        let resources = self.traces.iter().flat_map(|request| &request.resource_spans);
        resources
            .flat_map(|resource| &resource.scope_spans)
            .flat_map(|scope| &scope.spans)
            .collect()
    }

    pub(crate) fn records(&self) -> Vec<&LogRecord> {
        let resources = self.logs.iter().flat_map(|request| &request.resource_logs);
        let scopes = resources.flat_map(|resource| &resource.scope_logs);
        scopes.flat_map(|scope| &scope.log_records).collect()
    }
}

/// The value of an attribute as text.
pub(crate) fn attribute(list: &[KeyValue], key: &str) -> Option<String> {
    let value = list.iter().find(|attribute| attribute.key == key)?.value.clone();
    Some(text(value))
}

pub(crate) fn text(value: Option<AnyValue>) -> String {
    match value.and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(value)) => value.to_string(),
        Some(Value::BoolValue(value)) => value.to_string(),
        Some(Value::DoubleValue(value)) => value.to_string(),
        other => format!("{other:?}"),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
