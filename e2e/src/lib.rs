//! What the tests on real programs need: a running lab, alone or behind Nginx, a real
//! browser, and the questions that they ask of them.
//!
//! The tests reach the lab through processes and HTTP alone. `cargo xtask test` builds
//! what they run and installs what they drive.

pub mod alertmanager;
pub mod backend;
pub mod browser;
pub mod database;
pub mod dns;
pub mod front;
pub mod gate;
pub mod intake;
pub mod lab;
pub mod npm;
pub mod process;
pub mod program;
pub mod prometheus;
pub mod promql;
pub mod proxy;
pub mod trace;
