//! The generator against a server that does what a test wants.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

mod clean;
mod codes;
mod end;
mod latency;
mod modes;
mod program;
mod rate;
mod replay;
mod server;
mod swallow;
