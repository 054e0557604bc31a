//! What the backend, the browser and the load generator agree on: wire types, route
//! paths, header names, limits and the layout of a trace's waterfall.
//!
//! The crate knows no framework: it compiles for the server and for
//! `wasm32-unknown-unknown` alike and depends on serde alone.

pub mod alert;
pub mod attribute;
pub mod critical_path;
pub mod decimal;
pub mod headers;
pub mod limits;
pub mod problem;
pub mod routes;
pub mod simulate;
pub mod synthetic;
pub mod task;
pub mod timestamp;
pub mod trace;
mod tree;
pub mod waterfall;

pub use attribute::AttributeValue;
pub use problem::Problem;
pub use timestamp::Timestamp;
