//! Sending to an OTLP endpoint.

mod logs;
mod spans;

use std::fmt::Display;
use std::sync::Arc;

use crate::dropped::{DropReason, Dropped, SignalKind};

pub(crate) use logs::log_exporter;
pub(crate) use spans::span_exporter;

/// Counts the batches that were given up and says when sending begins to fail and
/// when it works again, once each: a line per batch would flood the log.
pub(crate) struct Outcome {
    signal: SignalKind,
    reason: DropReason,
    dropped: Arc<Dropped>,
    failing: bool,
}

impl Outcome {
    pub(crate) fn new(signal: SignalKind, reason: DropReason, dropped: Arc<Dropped>) -> Self {
        Self { signal, reason, dropped, failing: false }
    }

    pub(crate) fn note(&mut self, result: Result<(), impl Display>, items: usize) {
        let signal = self.signal.label();
        match result {
            Ok(()) if self.failing => {
                self.failing = false;
                tracing::info!(target: "telemetry::export", signal, "The OTLP endpoint answers again");
            }
            Ok(()) => {}
            Err(error) => {
                self.dropped.add(self.signal, self.reason, items as u64);
                if !self.failing {
                    self.failing = true;
                    let cause = error.to_string();
                    tracing::warn!(
                        target: "telemetry::export",
                        signal,
                        exception.message = cause,
                        "The OTLP endpoint does not take telemetry; it is dropped and counted"
                    );
                }
            }
        }
    }
}
