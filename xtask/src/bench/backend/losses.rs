//! Whether every span arrives: at half of what the server can do, and beyond.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::server::Server;
use super::variant::FULL;
use super::wrk::Load;
use super::{Bench, CONNECTIONS, GET, sink};

/// How long the last batches may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(30);

/// What was made and what came.
#[derive(Debug)]
pub(crate) struct Losses {
    /// Requests per second at saturation.
    pub(crate) saturation: f64,
    /// The pause after each answer that halves it.
    pub(crate) think_ms: u32,
    /// The rate that was held.
    pub(crate) held: f64,
    /// Two spans and one log record per request.
    pub(crate) requests: u64,
    pub(crate) spans: u64,
    pub(crate) log_records: u64,
    /// By the server's own count, at that rate and at saturation.
    pub(crate) dropped: [u64; 2],
}

const REQUESTS: &str = "http_requests_total{endpoint=\"/api/tasks/{id}\"";
const DROPPED: &str = "telemetry_dropped_total{";

pub(super) fn measure(bench: &Bench, seconds: u32) -> Result<Losses> {
    let sink = bench.sinks.another()?;
    let server = FULL.start_with(bench, sink.address)?;
    server.fill(100)?;
    let load = |think_ms| Load { connections: CONNECTIONS, seconds, think_ms };
    let saturation = server.measure(GET, load(0))?.requests_per_second;
    let at_saturation = server.metric(DROPPED)?;
    settle(&sink)?;
    sink::count(sink.address)?;
    let before = server.metric(REQUESTS)?;
    // A pause as long as an answer halves the rate.
    let think_ms = (f64::from(CONNECTIONS) * 1000.0 / saturation).ceil().max(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few ms")]
    let think_ms = think_ms as u32;
    let held = server.measure(GET, load(think_ms))?.requests_per_second;
    let (spans, log_records) = settle(&sink)?;
    Ok(Losses {
        saturation,
        think_ms,
        held,
        requests: server.metric(REQUESTS)? - before,
        spans,
        log_records,
        dropped: [server.metric(DROPPED)? - at_saturation, at_saturation],
    })
}

/// The sink's counts once nothing has come for longer than the exporter waits.
fn settle(sink: &Server) -> Result<(u64, u64)> {
    let deadline = Instant::now() + ARRIVAL;
    let counts = || sink::counts(sink.address);
    let mut last = counts()?;
    while Instant::now() < deadline {
        // The schedule delay of spans is 5 s.
        thread::sleep(Duration::from_secs(6));
        let now = counts()?;
        if now == last {
            return Ok(now);
        }
        last = now;
    }
    bail!("spans went on arriving for {} s", ARRIVAL.as_secs())
}
