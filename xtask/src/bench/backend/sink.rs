//! Collectors that telemetry goes to: one that works, and those that do not.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use super::http;
use super::server::Server;

/// How a collector behaves.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Collector {
    /// It answers at once.
    Good,
    /// Nothing listens.
    Refusing,
    /// It takes what is sent and never answers.
    Hanging,
    /// It answers late.
    Slow,
}

/// Seconds until the slow one answers; an exporter waits 10.
pub(crate) const SLOW: u32 = 2;
/// A day is longer than any run.
const NEVER: u32 = 86_400;
/// Of tcpmux, which nobody runs.
const CLOSED: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 1);

/// The collectors of a run.
pub(crate) struct Sinks {
    program: PathBuf,
    good: Server,
    hanging: Server,
    slow: Server,
}

impl Sinks {
    pub(crate) fn start(program: &Path) -> Result<Self> {
        let sink = |delay_seconds| Server::sink(program, delay_seconds);
        Ok(Self {
            program: program.to_owned(),
            good: sink(0)?,
            hanging: sink(NEVER)?,
            slow: sink(SLOW)?,
        })
    }

    pub(crate) fn address(&self, collector: Collector) -> SocketAddr {
        match collector {
            Collector::Good => self.good.address,
            Collector::Refusing => CLOSED,
            Collector::Hanging => self.hanging.address,
            Collector::Slow => self.slow.address,
        }
    }

    /// One more, to count with. Counting takes time: the good one, which settings are
    /// compared with, never does.
    pub(crate) fn another(&self) -> Result<Server> {
        Server::sink(&self.program, 0)
    }
}

/// Makes a sink count from now on.
pub(crate) fn count(sink: SocketAddr) -> Result<()> {
    http::post(sink, "/counts", "").map(drop)
}

/// Spans and log records that a sink has counted.
pub(crate) fn counts(sink: SocketAddr) -> Result<(u64, u64)> {
    let counts: Value = serde_json::from_str(&http::get(sink, "/counts")?)?;
    let of = |name: &str| counts[name].as_u64().with_context(|| format!("no {name} in the counts"));
    Ok((of("spans")?, of("log_records")?))
}
