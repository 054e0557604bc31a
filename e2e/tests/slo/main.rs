//! Objectives and alerts on real programs: backend, Prometheus, Alertmanager, exporters.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

mod demo;
mod fires;
mod inbox;
mod metrics;
mod probe;
mod traffic;
