//! What the browser-to-database tests need: a running lab, a real browser, and the
//! questions that they ask of both.
//!
//! The tests reach the lab through processes and HTTP alone. `cargo xtask test` builds
//! what they run and installs what they drive.

pub mod browser;
pub mod lab;
pub mod process;
pub mod trace;
