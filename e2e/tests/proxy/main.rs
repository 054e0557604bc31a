//! The front door: real Nginx with the lab's configuration before the real backend.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

mod absent;
mod assets;
mod door;
mod headers;
mod moves;
mod otlp;
mod paths;
mod raw;
mod recorder;
mod retry;
mod slow;
mod traced;
