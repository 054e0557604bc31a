//! The generator's own telemetry, switched on or off.

use std::time::Duration;

use anyhow::{Context, Result};
use telemetry::{DropReason, SignalKind, Telemetry};

use crate::target::Target;
use crate::telemetry::{Spans, settings};
use crate::view::notes::Stderr;

/// How long spans may take to be sent after the last request.
const FLUSH: Duration = Duration::from_secs(10);

/// Where spans go, and which share of them.
#[derive(Default)]
pub(super) struct Exporter {
    pub(super) spans: Spans,
    /// The share of traces that is recorded, 0 to 1.
    pub(super) ratio: f64,
    telemetry: Option<Telemetry>,
}

impl Exporter {
    /// As the environment says.
    pub(super) fn from_env(target: &Target, mode: &'static str) -> Result<Self> {
        let settings = settings::from_env(target)?;
        if settings.traces.is_none() {
            return Ok(Self::default());
        }
        let built =
            telemetry::build(&settings, Stderr, None).context("telemetry cannot be set up")?;
        // The exporter's own complaints.
        tracing::dispatcher::set_global_default(built.dispatch)?;
        Ok(Self {
            spans: Spans::new(built.telemetry.recorder(), target, mode),
            ratio: telemetry::sampling::ratio_from_env(),
            telemetry: Some(built.telemetry),
        })
    }

    /// Sends what waits; how many spans were lost in all.
    pub(super) fn flush(&self) -> u64 {
        let Some(telemetry) = &self.telemetry else {
            return 0;
        };
        if !telemetry.flush(FLUSH) {
            eprintln!("loadgen: spans are still waiting to be sent");
        }
        let dropped = telemetry.dropped();
        DropReason::ALL.iter().map(|reason| dropped.count(SignalKind::Span, *reason)).sum()
    }
}
