//! Start-up and memory at rest.

use std::thread;
use std::time::Duration;

use anyhow::Result;

use super::Bench;
use super::variant::FULL;

/// Median start of the full server and its memory before any request.
#[derive(Debug)]
pub(crate) struct Starts {
    pub(crate) ready: Duration,
    pub(crate) idle_kb: u64,
}

const STARTS: usize = 7;

pub(super) fn measure(bench: &Bench) -> Result<Starts> {
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let server = FULL.start(bench)?;
        thread::sleep(Duration::from_millis(300));
        starts.push((server.ready, server.memory_kb()?));
    }
    starts.sort_unstable();
    let (ready, idle_kb) = starts[STARTS / 2];
    Ok(Starts { ready, idle_kb })
}
