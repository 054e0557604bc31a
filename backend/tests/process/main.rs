//! The program as an operator runs it, with an OTLP receiver of the test's own.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

mod authority;
mod catalogue;
mod collector;
mod database;
mod durability;
mod export;
mod lab;
mod limits;
mod load;
mod panics;
mod postgres;
mod protocol;
mod relay;
mod schema;
mod secure;
mod shutdown;
mod start;
mod storage;
mod wire;
