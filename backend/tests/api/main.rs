//! The API through the router, in process, on a fresh SQLite file per test.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

mod assets;
mod harness;
mod intake;
mod metrics;
mod page;
mod problems;
mod spans;
mod tasks;
