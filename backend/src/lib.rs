//! The task manager's server: the page, the API, the browser's telemetry intake and the
//! store of recent traces.
//!
//! ```text
//! main → cli → { config, telemetry, store::sqlite, router, shutdown }     the only wiring
//! router → middleware, handlers → { domain, store trait, error, metrics }
//! store::sqlite → { store trait, domain }                        domain → std
//! ```

pub mod assets;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod error;
mod extract;
mod handlers;
pub mod metrics;
mod middleware;
mod page;
pub mod router;
mod shutdown;
pub mod state;
pub mod store;
pub mod traces;
