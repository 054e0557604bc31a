//! OTLP messages of clients in the wire's shape.

mod dropped;
mod logs;
pub mod sanitize;
mod spans;
mod values;

pub use dropped::{dropped_logs, dropped_spans};
pub use logs::log_lines;
pub use spans::{spans, stored_spans};
