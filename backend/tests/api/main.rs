//! The API through the router, in process, on a fresh database per test: SQLite, or
//! PostgreSQL where `LAB_TEST_ENGINE=postgres`.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

mod alerts;
mod assets;
mod cardinality;
mod claims;
mod engine;
mod fragments;
mod harness;
mod intake;
mod load;
mod metrics;
mod misuse;
mod openapi;
mod original;
mod page;
mod problems;
mod security;
mod simulate;
mod spans;
mod store;
mod stores;
mod synthetic;
mod tasks;
mod trace_page;
