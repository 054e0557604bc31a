//! OTLP messages of clients in the wire's shape.

mod logs;
pub mod sanitize;
mod spans;
mod values;

pub use logs::log_lines;
pub use spans::spans;
