//! What is told after a run.

pub mod files;
pub mod hgrm;
pub mod html;
pub mod json;
#[cfg(test)]
pub(crate) mod sample;
pub mod text;

use std::sync::Arc;

use crate::cleanup::Cleaned;
use crate::engine::{Run, Size};
use crate::schedule::Stage;
use crate::verdict::{Judgement, Objectives};
use crate::verify::Completeness;

/// Everything that there is to tell.
#[derive(Clone, Debug)]
pub struct Report {
    /// Where requests went.
    pub target: String,
    /// How they were generated.
    pub mode: &'static str,
    /// What random choices began with.
    pub seed: u64,
    /// Threads and connections.
    pub size: Size,
    /// What was promised.
    pub objectives: Objectives,
    /// Whether it was kept.
    pub judgement: Judgement,
    /// The process's, which in the demo is about its alerts.
    pub exit_code: u8,
    /// The schedule; empty in the closed model.
    pub stages: Arc<[Stage]>,
    /// What was measured.
    pub run: Run,
    /// What became of the tasks.
    pub cleaned: Cleaned,
    /// How many of a sample of traces arrived whole.
    pub completeness: Option<Completeness>,
    /// Spans of the generator's own that did not arrive.
    pub spans_dropped: u64,
}

impl Report {
    /// Answers and failures per second, over the whole run.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 requests")]
    pub fn rate(&self) -> f64 {
        self.run.stats.requests() as f64 / self.run.duration.as_secs_f64().max(1e-3)
    }

    /// Where the lab shows a trace.
    #[must_use]
    pub fn trace_url(&self, trace_id: &str) -> String {
        format!("{}/traces/{trace_id}", self.target.trim_end_matches('/'))
    }
}
