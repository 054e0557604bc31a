//! Traces and logs for the lab's programs: providers, the JSON log format, redaction
//! and propagation.
//!
//! ```text
//! tracing span ──▶ OpenTelemetry SDK ──▶ SpanFanOut (redacts) ─┬▶ queue ▶ OTLP exporter
//!                                                              └▶ queue ▶ Sink
//! tracing event ─▶ LogLayer (visits and redacts once) ─┬▶ stdout, one JSON object a line
//!                                                      ├▶ queue ▶ OTLP exporter
//!                                                      └▶ queue ▶ Sink
//! ```
//!
//! The queues are bounded and count what they drop, and each has a thread of its own:
//! a collector that hangs never delays a request nor the in-process [`Sink`]. All of these
//! threads have a lower priority than those that serve requests, where the system has one
//! for each thread.
//! Metrics are not here: they come from the Prometheus client alone.

mod background;
mod batch;
mod build;
mod chain;
pub mod config;
mod dropped;
mod export;
mod forward;
mod log;
mod panic;
pub mod propagation;
mod queue;
mod record;
pub mod redact;
mod resource;
pub mod sampling;
mod sink;
mod spans;
mod transport;

pub use build::{Pipeline, Telemetry, build, install};
pub use chain::error_chain;
pub use config::Config;
pub use dropped::{DropReason, Dropped, SignalKind};
pub use forward::{Forwarder, Full};
pub use record::{FieldValue, LogRecord};
pub use sink::{Signal, Sink};
pub use spans::Recorder;
pub use transport::TlsError;
