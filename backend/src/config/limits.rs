//! How much the server takes on at once, and how long it waits for whom:
//! - `LAB_MAX_CONNECTIONS`, `--max-connections`: open connections; 900.
//! - `LAB_MAX_CONCURRENT_REQUESTS`, `--max-concurrent-requests`: requests that are
//!   worked on; 512.
//! - `LAB_HEADER_TIMEOUT`, `--header-timeout`: how long a client may take over a
//!   request's head, leave a connection idle or leave an answer unread; 20s.
//! - `LAB_REQUEST_TIMEOUT`, `--request-timeout`: how long a request may take, its body's
//!   arrival included; 40s.
//! - `LAB_DRAIN_TIMEOUT`, `--drain-timeout`: how long running requests may take after
//!   SIGTERM; 10s.

use std::time::Duration;

use clap::{Args, value_parser};
use humantime::Duration as HumanDuration;

use super::duration;

/// What one server takes on.
#[derive(Args, Clone, Debug)]
pub struct Limits {
    /// Connections open at once; further ones wait to be accepted
    #[arg(
        long,
        env = "LAB_MAX_CONNECTIONS",
        default_value_t = Self::default().max_connections,
        value_parser = value_parser!(u32).range(1..=100_000)
    )]
    pub max_connections: u32,
    /// Requests that are worked on at once; further ones are refused with 503
    #[arg(
        long,
        env = "LAB_MAX_CONCURRENT_REQUESTS",
        default_value_t = Self::default().max_concurrent_requests,
        value_parser = value_parser!(u32).range(1..=100_000)
    )]
    pub max_concurrent_requests: u32,
    /// How long a client may take over a request's head, leave a connection idle or
    /// leave an answer unread
    #[arg(
        long,
        env = "LAB_HEADER_TIMEOUT",
        default_value_t = Self::default().header_timeout,
        value_parser = duration::parse
    )]
    pub header_timeout: HumanDuration,
    /// How long a request may take, its body's arrival included
    #[arg(
        long,
        env = "LAB_REQUEST_TIMEOUT",
        default_value_t = Self::default().request_timeout,
        value_parser = duration::parse
    )]
    pub request_timeout: HumanDuration,
    /// How long running requests may take after SIGTERM
    #[arg(
        long,
        env = "LAB_DRAIN_TIMEOUT",
        default_value_t = Self::default().drain_timeout,
        value_parser = duration::parse
    )]
    pub drain_timeout: HumanDuration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Below the usual limit of 1024 open files, with room for the database's.
            max_connections: 900,
            // More would queue up until nobody waits for their answers any more.
            max_concurrent_requests: 512,
            // Prometheus asks every 15 s and keeps its connection in between.
            header_timeout: Duration::from_secs(20).into(),
            // Longer than the longest delay that `simulate-slow` grants.
            request_timeout: Duration::from_secs(40).into(),
            drain_timeout: Duration::from_secs(10).into(),
        }
    }
}
