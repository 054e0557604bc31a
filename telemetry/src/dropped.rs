//! What was lost on the way, by signal and reason.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing_appender::non_blocking::ErrorCounter;

/// What was to be kept or sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalKind {
    /// A span.
    Span,
    /// A log record or a line on stdout.
    Log,
}

/// Why it was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropReason {
    /// The exporter's queue was full.
    ExportQueueFull,
    /// The exporter gave a batch up.
    ExportFailed,
    /// A client's message could not be forwarded.
    ForwardFailed,
    /// The queue of the in-process sink was full.
    SinkQueueFull,
    /// The sink refused it: it would have outgrown its bounds.
    SinkFull,
    /// A browser lost it before it came here, as it says itself.
    Browser,
    /// The line was not written: stdout was slower than the lines came.
    StdoutFull,
}

impl SignalKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Span, Self::Log];

    /// The value of the `signal` label.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Span => "span",
            Self::Log => "log",
        }
    }
}

impl DropReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::ExportQueueFull,
        Self::ExportFailed,
        Self::ForwardFailed,
        Self::SinkQueueFull,
        Self::SinkFull,
        Self::Browser,
        Self::StdoutFull,
    ];

    /// The value of the `reason` label.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::ExportQueueFull => "export_queue_full",
            Self::ExportFailed => "export_failed",
            Self::ForwardFailed => "forward_failed",
            Self::SinkQueueFull => "store_queue_full",
            Self::SinkFull => "store_full",
            Self::Browser => "browser",
            Self::StdoutFull => "stdout_full",
        }
    }
}

/// Counters of lost items, since the start of the process.
#[derive(Debug, Default)]
pub struct Dropped {
    counts: [[AtomicU64; DropReason::ALL.len()]; SignalKind::ALL.len()],
    /// The writer of stdout counts for itself.
    stdout: OnceLock<ErrorCounter>,
}

impl Dropped {
    /// Counts `items` more.
    pub fn add(&self, signal: SignalKind, reason: DropReason, items: u64) {
        self.counts[signal as usize][reason as usize].fetch_add(items, Ordering::Relaxed);
    }

    /// Takes [`DropReason::StdoutFull`] from the writer's own count from now on.
    pub(crate) fn watch_stdout(&self, counter: ErrorCounter) {
        // There is one writer, built once.
        let _ = self.stdout.set(counter);
    }

    /// How many were lost so far.
    #[must_use]
    pub fn count(&self, signal: SignalKind, reason: DropReason) -> u64 {
        if (signal, reason) == (SignalKind::Log, DropReason::StdoutFull) {
            return self.stdout.get().map_or(0, |counter| counter.dropped_lines() as u64);
        }
        self.counts[signal as usize][reason as usize].load(Ordering::Relaxed)
    }
}
