//! A PostgreSQL server for tests alone: own port, own data, gone afterwards.
//!
//! `cargo xtask test` starts one for the whole suite; tests of what happens when the
//! database goes away start one each and do it harm.

mod programs;
mod server;

pub use programs::programs;
pub use server::{Durability, Postgres};
