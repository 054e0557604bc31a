//! Recent traces, kept in the process so that the page can show the one that a click
//! just made (ADR 0005).

pub mod convert;
pub mod missing;
pub mod otlp;
pub mod sink;
pub mod store;

pub use missing::Missing;
pub use store::{Limits, TraceStore};
