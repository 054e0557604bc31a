//! Synthetic traffic for the lab: personas from many regions and devices, an open model
//! with honest latency, trace context, and a verdict on the objectives.
//!
//! ```text
//! Scenario ─▶ plan (seeded) ─▶ pacer (absolute schedule) ─▶ workers ─▶ target
//!                                                              │
//!                    view, report, verdict ◀─ engine gathers ◀─┴─▶ spans ─▶ OTLP
//! ```
//!
//! The plan depends on the scenario alone, the schedule on the clock alone: neither waits
//! for an answer. Latency counts from the moment at which a request was to be sent, so
//! that a target that stalls cannot hide the requests that it kept from being sent
//! ("coordinated omission").

pub mod cleanup;
pub mod cli;
pub mod demo;
pub mod engine;
pub mod histogram;
pub mod lab;
pub mod observation;
pub mod persona;
pub mod plan;
pub mod report;
pub mod request;
pub mod scenario;
pub mod schedule;
pub mod stats;
pub mod target;
pub mod telemetry;
pub mod trace;
pub mod verdict;
pub mod verify;
pub mod view;
pub mod worker;
