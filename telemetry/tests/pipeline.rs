//! The pipeline from `tracing` to the sink and to the JSON lines.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use opentelemetry_sdk::trace::SpanData;
use serde_json::Value;
use telemetry::{
    Config, DropReason, Dropped, FieldValue, LogRecord, Pipeline, Signal, SignalKind, Sink,
    Telemetry,
};
use tracing::dispatcher::with_default;

const TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<(Vec<SpanData>, Vec<LogRecord>)>>);

impl Sink for Kept {
    fn accept(&mut self, batch: Vec<Signal>, _dropped: &Dropped) {
        let mut kept = self.0.lock().unwrap();
        for signal in batch {
            match signal {
                Signal::Span(span) => kept.0.push(*span),
                Signal::Log(record) => kept.1.push(*record),
            }
        }
    }
}

#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Output {
    fn lines(&self) -> Vec<Value> {
        let bytes = self.0.lock().unwrap();
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
    }
}

fn start(vars: &[(&str, &str)], sink: impl Sink) -> (Pipeline, Output) {
    let config = Config::from_lookup("test-service", "1.2.3", &|name| {
        vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    })
    .unwrap();
    let output = Output::default();
    let pipeline = telemetry::build(&config, output.clone(), Some(Box::new(sink))).unwrap();
    (pipeline, output)
}

fn stop(telemetry: Telemetry) {
    assert!(telemetry.shutdown(TIMEOUT));
}

#[test]
fn sensitive_values_reach_neither_the_lines_nor_the_sink() {
    let kept = Kept::default();
    let (Pipeline { dispatch, telemetry }, output) = start(&[], kept.clone());
    with_default(&dispatch, || {
        let span = tracing::info_span!("sign in", user.email = "ann@example.com", attempt = 2_i64);
        let _entered = span.enter();
        tracing::warn!(
            password = "hunter2",
            http.request.header.authorization = "Bearer abc",
            user.id = 7,
            "Sign-in refused"
        );
    });
    stop(telemetry);

    let kept = kept.0.lock().unwrap();
    let (spans, records) = &*kept;
    let attribute = |key: &str| {
        let found = spans[0].attributes.iter().find(|kv| kv.key.as_str() == key);
        found.map(|kv| kv.value.as_str().into_owned())
    };
    assert_eq!(attribute("user.email").as_deref(), Some("[REDACTED]"));
    assert_eq!(attribute("attempt").as_deref(), Some("2"));
    let fields: Vec<_> = records[0].fields.iter().map(|(name, value)| (*name, value)).collect();
    let redacted = FieldValue::Text("[REDACTED]".into());
    assert_eq!(
        fields,
        [
            ("password", &redacted),
            ("http.request.header.authorization", &redacted),
            ("user.id", &FieldValue::Int(7)),
        ]
    );
    assert_eq!(records[0].span.unwrap().1, spans[0].span_context.span_id());

    let lines = output.lines();
    let line = &lines[0];
    assert_eq!(line["message"], "Sign-in refused");
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["service.name"], "test-service");
    assert_eq!(line["password"], "[REDACTED]");
    assert_eq!(line["trace_id"], spans[0].span_context.trace_id().to_string());
    assert_eq!(line["span_id"], spans[0].span_context.span_id().to_string());
    let everything = format!("{lines:?} {spans:?} {records:?}");
    for secret in ["hunter2", "Bearer", "ann@example.com"] {
        assert!(!everything.contains(secret), "{secret}");
    }
}

#[test]
fn spans_of_libraries_and_finer_levels_stay_out() {
    let kept = Kept::default();
    let (Pipeline { dispatch, telemetry }, output) = start(&[("RUST_LOG", "warn")], kept.clone());
    with_default(&dispatch, || {
        let _fine = tracing::debug_span!("fine").entered();
        tracing::info!("below the filter");
        tracing::error!("above it");
    });
    stop(telemetry);
    assert!(kept.0.lock().unwrap().0.is_empty());
    let lines = output.lines();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["message"], "above it");
    assert_eq!(lines[0].get("trace_id"), None);
}

#[test]
fn a_disabled_sdk_keeps_the_lines_alone() {
    let vars = [("OTEL_SDK_DISABLED", "true")];
    let kept = Kept::default();
    let (Pipeline { dispatch, telemetry }, output) = start(&vars, kept.clone());
    with_default(&dispatch, || {
        let _span = tracing::info_span!("disabled").entered();
        tracing::info!("a line all the same");
    });
    stop(telemetry);
    assert_eq!(output.lines()[0]["message"], "a line all the same");
    let kept = kept.0.lock().unwrap();
    assert!(kept.0.is_empty() && kept.1.is_empty());
}

/// A sink that does not come back until it is let go.
#[derive(Clone, Default)]
struct Stalled(Arc<(Mutex<bool>, Condvar)>);

impl Sink for Stalled {
    fn accept(&mut self, _batch: Vec<Signal>, _dropped: &Dropped) {
        let (released, signal) = &*self.0;
        let released = released.lock().unwrap();
        drop(signal.wait_while(released, |released| !*released).unwrap());
    }
}

#[test]
fn a_sink_that_stalls_loses_spans_and_says_how_many() {
    const SPANS: u64 = 40_000;
    let sink = Stalled::default();
    let (Pipeline { dispatch, telemetry }, _) = start(&[], sink.clone());
    let dropped = telemetry.dropped();
    with_default(&dispatch, || {
        for _ in 0..SPANS {
            tracing::info_span!("busy").in_scope(|| {});
        }
    });
    let lost = dropped.count(SignalKind::Span, DropReason::SinkQueueFull);
    // 16 384 wait, and up to 1024 were taken before the stall.
    assert!((SPANS - 16_384 - 1_024..=SPANS - 16_384).contains(&lost), "{lost}");
    *sink.0.0.lock().unwrap() = true;
    sink.0.1.notify_all();
    stop(telemetry);
}
