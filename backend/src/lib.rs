//! The task manager's server: the page, the API, the browser's telemetry intake and the
//! store of recent traces.
//!
//! ```text
//! main → cli → { config, telemetry, store::*, router, server, shutdown }  the only wiring
//! router → middleware, handlers → { domain, store trait, error, metrics }
//! store::{sqlite,postgres} → { store trait, domain }             domain → std
//! ```

pub mod alerts;
pub mod assets;
pub mod cli;
pub mod clock;
pub mod config;
mod current_span;
pub mod domain;
pub mod error;
mod extract;
mod handlers;
pub mod links;
pub mod metrics;
mod middleware;
pub mod openapi;
mod page;
pub mod router;
pub mod server;
mod shutdown;
pub mod state;
pub mod store;
mod synthetic;
pub mod traces;
