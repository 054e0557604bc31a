//! The connections to PostgreSQL:
//! - `LAB_DB_MAX_CONNECTIONS`, `--db-max-connections`: at the most; 8.
//! - `LAB_DB_ACQUIRE_TIMEOUT`, `--db-acquire-timeout`: how long a request waits for one
//!   before it gets a 503; 3s.
//! - `LAB_DB_STATEMENT_TIMEOUT`, `--db-statement-timeout`: how long a statement may take
//!   before its request gets a 503; 5s.
//!
//! SQLite's are fixed: one that writes and a few that read.

use std::time::Duration;

use clap::{Args, value_parser};
use humantime::Duration as HumanDuration;

use super::duration;

/// What a pool of connections may take.
#[derive(Args, Clone, Debug)]
pub struct PoolConfig {
    /// Connections to PostgreSQL at the most
    #[arg(
        long = "db-max-connections",
        env = "LAB_DB_MAX_CONNECTIONS",
        default_value_t = Self::default().max,
        value_parser = value_parser!(u32).range(1..=1_000)
    )]
    pub max: u32,
    /// How long a request waits for a connection to PostgreSQL
    #[arg(
        long = "db-acquire-timeout",
        env = "LAB_DB_ACQUIRE_TIMEOUT",
        default_value_t = Self::default().acquire_timeout,
        value_parser = duration::parse
    )]
    pub acquire_timeout: HumanDuration,
    /// How long a statement may take in PostgreSQL
    #[arg(
        long = "db-statement-timeout",
        env = "LAB_DB_STATEMENT_TIMEOUT",
        default_value_t = Self::default().statement_timeout,
        value_parser = duration::parse
    )]
    pub statement_timeout: HumanDuration,
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self {
            max: 8,
            acquire_timeout: Duration::from_secs(3).into(),
            statement_timeout: Duration::from_secs(5).into(),
        }
    }
}
