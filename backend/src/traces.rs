//! Recent traces, kept in the process so that the page can show the one that a click
//! just made (ADR 0005).

pub mod convert;
pub mod missing;
pub mod otlp;
pub mod remote;
pub mod sink;
pub mod store;

pub use missing::Missing;
pub use remote::{RemoteStores, StoreUrls};
pub use store::{Limits, TraceStore};
