//! The load generator against the real backend.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

mod catalogue;
mod collector;
mod dies;
mod personas;
mod program;
mod whole;
