//! A bounded map from trace id to spans and log lines: the oldest trace goes first.

use std::collections::{HashMap, VecDeque};
use std::mem::size_of;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use api_types::trace::{Attributes, LogLine, Span, Trace, is_connected};
use opentelemetry::trace::TraceId;
use opentelemetry_sdk::trace::SpanData;
use telemetry::{DropReason, Dropped, FieldValue, LogRecord, SignalKind};

use super::convert;

/// What the store holds at the most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Traces.
    pub traces: usize,
    /// Bytes over all traces, as estimated from the lengths of their texts.
    pub bytes: usize,
    /// Spans and log lines of one trace; a client that reuses an id stops here.
    pub items_per_trace: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { traces: 1_000, bytes: 8 * 1024 * 1024, items_per_trace: 1_000 }
    }
}

/// Recent traces.
#[derive(Debug)]
pub struct TraceStore {
    limits: Limits,
    /// `service.name` of the spans and lines that this process recorded.
    service_name: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    traces: HashMap<TraceId, Entry>,
    /// From the oldest to the newest, by arrival of their first part.
    order: VecDeque<TraceId>,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Entry {
    spans: Vec<StoredSpan>,
    logs: Vec<StoredLog>,
    bytes: usize,
}

/// A span as it came: this process's own are converted when somebody looks, which is
/// rarely.
#[derive(Debug)]
pub enum StoredSpan {
    /// Recorded here.
    Own(Box<SpanData>),
    /// Sent by a client.
    Received(Box<Span>),
}

/// A log line as it came.
#[derive(Debug)]
pub enum StoredLog {
    /// Written here.
    Own(Box<LogRecord>),
    /// Sent by a client.
    Received(Box<LogLine>),
}

/// A part of a trace.
#[derive(Debug)]
pub enum Item {
    /// A span.
    Span(StoredSpan),
    /// A log line.
    Log(StoredLog),
}

impl TraceStore {
    /// An empty store for the process named `service_name`.
    #[must_use]
    pub fn new(service_name: impl Into<String>, limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            service_name: service_name.into(),
            state: Mutex::new(State::default()),
        })
    }

    /// Keeps parts of traces. Those that a trace has no room for are counted in
    /// `dropped`; a span whose id the trace holds already is a repetition and skipped.
    pub fn insert(&self, items: impl IntoIterator<Item = (TraceId, Item)>, dropped: &Dropped) {
        let mut state = self.lock();
        for (trace_id, item) in items {
            if let Err(signal) = state.insert(trace_id, item, &self.limits) {
                dropped.add(signal, DropReason::SinkFull, 1);
            }
        }
        state.evict(&self.limits);
    }

    /// One trace, ordered and with the verdict whether it is connected.
    #[must_use]
    pub fn get(&self, trace_id: TraceId) -> Option<Trace> {
        let state = self.lock();
        let entry = state.traces.get(&trace_id)?;
        let mut spans: Vec<Span> = entry
            .spans
            .iter()
            .map(|span| match span {
                StoredSpan::Own(span) => convert::span(span, &self.service_name),
                StoredSpan::Received(span) => (**span).clone(),
            })
            .collect();
        let mut logs: Vec<LogLine> = entry
            .logs
            .iter()
            .map(|log| match log {
                StoredLog::Own(record) => convert::log(record, &self.service_name),
                StoredLog::Received(line) => (**line).clone(),
            })
            .collect();
        drop(state);
        spans.sort_by_key(|span| span.start_time);
        logs.sort_by_key(|line| line.timestamp);
        let complete = is_connected(&spans);
        let sources = vec!["memory".to_owned()];
        let unavailable = Vec::new();
        Some(Trace { trace_id: trace_id.to_string(), spans, logs, complete, sources, unavailable })
    }

    /// A panic elsewhere leaves the map usable: each change of it is whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn insert(&mut self, id: TraceId, item: Item, limits: &Limits) -> Result<(), SignalKind> {
        let entry = self.traces.entry(id).or_insert_with(|| {
            self.order.push_back(id);
            Entry::default()
        });
        let (signal, size) = match &item {
            Item::Span(span) => (SignalKind::Span, span.size()),
            Item::Log(log) => (SignalKind::Log, log.size()),
        };
        let full = entry.spans.len() + entry.logs.len() >= limits.items_per_trace;
        // No single trace may push all others out.
        if full || entry.bytes + size > limits.bytes / 4 {
            return Err(signal);
        }
        match item {
            Item::Span(span) => {
                if entry.spans.iter().any(|known| known.has_same_id(&span)) {
                    return Ok(());
                }
                entry.spans.push(span);
            }
            Item::Log(log) => entry.logs.push(log),
        }
        entry.bytes += size;
        self.bytes += size;
        Ok(())
    }

    fn evict(&mut self, limits: &Limits) {
        while self.bytes > limits.bytes || self.traces.len() > limits.traces {
            let Some(oldest) = self.order.pop_front() else {
                return;
            };
            if let Some(entry) = self.traces.remove(&oldest) {
                self.bytes -= entry.bytes;
            }
        }
    }
}

impl StoredSpan {
    fn has_same_id(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Received(one), Self::Received(other)) => one.span_id == other.span_id,
            // The SDK ends each span once, and its ids are its own.
            _ => false,
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Own(span) => {
                let events = span.events.iter().map(|event| {
                    size_of_val(event) + event.name.len() + own_size(&event.attributes)
                });
                size_of::<SpanData>()
                    + span.name.len()
                    + own_size(&span.attributes)
                    + events.sum::<usize>()
            }
            Self::Received(span) => {
                let events = span.events.iter().map(|event| {
                    size_of_val(event) + event.name.len() + attributes_size(&event.attributes)
                });
                size_of::<Span>()
                    + span.name.len()
                    + attributes_size(&span.attributes)
                    + events.sum::<usize>()
            }
        }
    }
}

impl StoredLog {
    fn size(&self) -> usize {
        match self {
            Self::Own(record) => {
                let fields = record.fields.iter().map(|(name, value)| {
                    let text = if let FieldValue::Text(text) = value { text.len() } else { 0 };
                    size_of::<FieldValue>() + name.len() + text
                });
                size_of::<LogRecord>() + record.message.len() + fields.sum::<usize>()
            }
            Self::Received(line) => {
                size_of::<LogLine>() + line.message.len() + attributes_size(&line.fields)
            }
        }
    }
}

fn own_size(attributes: &[opentelemetry::KeyValue]) -> usize {
    attributes.iter().map(|each| size_of_val(each) + each.value.as_str().len()).sum()
}

/// A map's node costs about as much again as the key's and the value's heads.
fn attributes_size(attributes: &Attributes) -> usize {
    attributes.iter().map(|(key, value)| 100 + key.len() + value.size()).sum()
}

#[cfg(test)]
mod tests {
    use api_types::Timestamp;

    use super::*;

    fn line(message: &str) -> Item {
        Item::Log(StoredLog::Received(Box::new(LogLine {
            timestamp: Timestamp::from_unix_micros(1),
            level: "INFO".into(),
            message: message.into(),
            service: "task-frontend".into(),
            span_id: None,
            fields: Attributes::new(),
        })))
    }

    fn id(number: usize) -> TraceId {
        TraceId::from(number as u128)
    }

    #[test]
    fn the_oldest_trace_goes_first() {
        let store = TraceStore::new("test", Limits { traces: 2, ..Limits::default() });
        let dropped = Dropped::default();
        for number in 1..=3 {
            store.insert([(id(number), line("x"))], &dropped);
        }
        assert!(store.get(id(1)).is_none());
        assert!(store.get(id(2)).is_some() && store.get(id(3)).is_some());
    }

    #[test]
    fn bytes_are_bounded_whatever_comes() {
        let limits = Limits { traces: 1_000_000, bytes: 100_000, items_per_trace: 10 };
        let store = TraceStore::new("test", limits);
        let dropped = Dropped::default();
        let text = "x".repeat(10_000);
        for number in 1..=100 {
            store.insert([(id(number), line(&text))], &dropped);
        }
        assert!(store.lock().bytes <= limits.bytes);
        assert!(store.get(id(100)).is_some() && store.get(id(50)).is_none());
    }

    #[test]
    fn one_trace_cannot_push_the_others_out() {
        let limits = Limits { traces: 10, bytes: 1_000_000, items_per_trace: 5 };
        let store = TraceStore::new("test", limits);
        let dropped = Dropped::default();
        store.insert([(id(1), line("first"))], &dropped);
        store.insert((0..50).map(|_| (id(2), line("flood"))), &dropped);
        assert_eq!(store.get(id(2)).unwrap().logs.len(), 5);
        assert_eq!(dropped.count(SignalKind::Log, DropReason::SinkFull), 45);
        assert_eq!(store.get(id(1)).unwrap().logs[0].message, "first");
    }
}
