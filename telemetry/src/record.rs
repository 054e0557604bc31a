//! A log record between the place that wrote it and those that keep or send it.

use std::time::SystemTime;

use opentelemetry::trace::{SpanId, TraceFlags, TraceId};
use tracing::Level;

/// One log record, already redacted.
#[derive(Clone, Debug)]
pub struct LogRecord {
    /// When it was written.
    pub timestamp: SystemTime,
    /// Its severity.
    pub level: Level,
    /// The module that wrote it.
    pub target: &'static str,
    /// The text for a person.
    pub message: String,
    /// The other fields, in the order in which they were written.
    pub fields: Vec<(&'static str, FieldValue)>,
    /// The span that was current.
    pub span: Option<(TraceId, SpanId, TraceFlags)>,
}

/// A field's value.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// Text.
    Text(String),
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Double(f64),
}
