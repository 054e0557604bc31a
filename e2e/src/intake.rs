//! What a browser sent to `/otlp/v1/*`, decoded with OpenTelemetry's own types.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::{Map, Value, json};

/// How long what is expected may take to arrive on a slow machine, with the longest pause
/// of an export that a test waits for.
const PATIENCE: Duration = Duration::from_mins(1);

/// How the intake answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It takes everything.
    Takes,
    /// It answers with a status and, perhaps, a `Retry-After`; it takes nothing.
    Refuses(u16, Option<Wish>),
    /// It takes the request and says that it threw so many items away.
    TakesAllBut(u32),
}

/// How long the intake wants to be left alone, and how it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// So many seconds.
    Seconds(u64),
    /// The date that it will be in so many seconds. It has no fractions of a second, which
    /// takes up to one away.
    Date(u64),
}

/// One request.
#[derive(Clone, Debug)]
pub struct Received {
    /// When it came.
    pub at: Instant,
    /// `/otlp/v1/traces` or `/otlp/v1/logs`.
    pub path: String,
    /// What it was answered.
    pub status: u16,
    /// Bytes of its body.
    pub bytes: usize,
    /// Whether it carried a `traceparent`: an export must not be traced.
    pub traced: bool,
    /// What it held; why it could not be read.
    pub content: Result<Content, String>,
}

/// The content of a request, with its one resource and scope.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// Who sent it.
    pub resource: Resource,
    /// The tracer.
    pub scope: InstrumentationScope,
    /// Of `/otlp/v1/traces`.
    pub spans: Vec<Span>,
    /// Of `/otlp/v1/logs`.
    pub logs: Vec<LogRecord>,
}

/// Everything that came so far.
#[derive(Debug)]
pub struct Intake {
    received: Mutex<Vec<Received>>,
    manner: Mutex<Manner>,
}

impl Default for Intake {
    fn default() -> Self {
        Self { received: Mutex::default(), manner: Mutex::new(Manner::Takes) }
    }
}

impl Intake {
    /// How it answers from now on.
    pub fn set_manner(&self, manner: Manner) {
        *lock(&self.manner) = manner;
    }

    pub(crate) fn manner(&self) -> Manner {
        lock(&self.manner).clone()
    }

    pub(crate) fn add(&self, received: Received) {
        lock(&self.received).push(received);
    }

    /// Forgets what came.
    pub fn forget(&self) {
        lock(&self.received).clear();
    }

    /// Every request.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        lock(&self.received).clone()
    }

    /// The contents of the requests that were taken.
    ///
    /// # Panics
    /// If one of them is no valid OTLP/JSON.
    #[must_use]
    pub fn taken(&self) -> Vec<Content> {
        let requests = self.requests().into_iter().filter(|request| request.status == 200);
        requests
            .map(|request| match request.content {
                Ok(content) => content,
                Err(error) => panic!("{}: {error}", request.path),
            })
            .collect()
    }

    /// The spans that were taken.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        self.taken().into_iter().flat_map(|content| content.spans).collect()
    }

    /// The log records that were taken.
    #[must_use]
    pub fn logs(&self) -> Vec<LogRecord> {
        self.taken().into_iter().flat_map(|content| content.logs).collect()
    }

    /// The spans of one name.
    #[must_use]
    pub fn named(&self, name: &str) -> Vec<Span> {
        self.spans().into_iter().filter(|span| span.name == name).collect()
    }

    /// The log records of one event.
    #[must_use]
    pub fn events(&self, name: &str) -> Vec<LogRecord> {
        self.logs().into_iter().filter(|record| record.event_name == name).collect()
    }

    /// Waits until `found` makes something of what came.
    ///
    /// # Panics
    /// If it still does not after a time that is long enough for a slow machine.
    pub async fn until<T>(&self, found: impl Fn(&Self) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = found(self) {
                return found;
            }
            assert!(Instant::now() < deadline, "it never came; there is {:#?}", self.summary());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits for the first span of this name.
    pub async fn span(&self, name: &str) -> Span {
        self.until(|intake| intake.named(name).into_iter().next()).await
    }

    /// Waits for the first log record of this event.
    pub async fn event(&self, name: &str) -> LogRecord {
        self.until(|intake| intake.events(name).into_iter().next()).await
    }

    /// Names of what came, per request.
    fn summary(&self) -> Vec<(String, u16, Vec<String>)> {
        let names = |request: &Received| match &request.content {
            Ok(content) => {
                let spans = content.spans.iter().map(|span| span.name.clone());
                spans.chain(content.logs.iter().map(|log| log.event_name.clone())).collect()
            }
            Err(error) => vec![error.clone()],
        };
        let row = |request: &Received| (request.path.clone(), request.status, names(request));
        self.requests().iter().map(row).collect()
    }
}

/// Decodes a request's body.
pub(crate) fn decode(path: &str, body: &[u8]) -> Result<Content, String> {
    let text = |error: serde_json::Error| error.to_string();
    let mut content = Content::default();
    if path.ends_with("traces") {
        let request: ExportTraceServiceRequest = serde_json::from_slice(body).map_err(text)?;
        for resource in request.resource_spans {
            content.resource = resource.resource.unwrap_or_default();
            for scope in resource.scope_spans {
                content.scope = scope.scope.unwrap_or_default();
                content.spans.extend(scope.spans);
            }
        }
    } else {
        let request: ExportLogsServiceRequest = serde_json::from_slice(body).map_err(text)?;
        for resource in request.resource_logs {
            content.resource = resource.resource.unwrap_or_default();
            for scope in resource.scope_logs {
                content.scope = scope.scope.unwrap_or_default();
                content.logs.extend(scope.log_records);
            }
        }
    }
    Ok(content)
}

/// Attributes as JSON, for comparisons.
///
/// # Panics
/// If a name occurs twice.
#[must_use]
pub fn attributes(list: &[KeyValue]) -> Map<String, Value> {
    let mut map = Map::new();
    for attribute in list {
        let value = attribute.value.as_ref().map_or(Value::Null, plain);
        let twice = map.insert(attribute.key.clone(), value);
        assert!(twice.is_none(), "{} occurs twice", attribute.key);
    }
    map
}

/// A value as JSON.
#[must_use]
pub fn plain(value: &AnyValue) -> Value {
    match &value.value {
        Some(Any::StringValue(text)) => json!(text),
        Some(Any::BoolValue(flag)) => json!(flag),
        Some(Any::IntValue(number)) => json!(number),
        Some(Any::DoubleValue(number)) => json!(number),
        Some(Any::ArrayValue(list)) => list.values.iter().map(plain).collect(),
        _ => Value::Null,
    }
}

/// An id as it stands in headers.
#[must_use]
pub fn hex(id: &[u8]) -> String {
    id.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
