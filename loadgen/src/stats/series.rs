//! The course of a run: a point per second, fewer in long runs.

use std::time::Duration;

use super::{Stats, share};
use crate::histogram::Histogram;

/// Points at the most.
pub const POINTS_MAX: u32 = 600;

/// What happened between two moments.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Point {
    /// When it ended, since the start.
    pub at: Duration,
    /// Answers and failures per second.
    pub rate: f64,
    /// The share of requests that were no good, 0 to 1.
    pub bad: f64,
    /// Latency that half of the requests did not exceed.
    pub p50: Duration,
    /// Latency that 99 % did not exceed.
    pub p99: Duration,
    /// Service time that 99 % did not exceed.
    pub service_p99: Duration,
    /// How late 99 % were taken up, at the most.
    pub slip_p99: Duration,
    /// Requests that were not sent.
    pub dropped: u64,
    /// The place of the stage that ran.
    pub stage: usize,
}

/// The points of a run.
#[derive(Debug)]
pub struct Series {
    points: Vec<Point>,
    period: Duration,
    began: Duration,
    current: Stats,
}

impl Series {
    /// For a run of this length.
    #[must_use]
    pub fn new(duration: Duration) -> Self {
        let period = (duration / POINTS_MAX).max(Duration::from_secs(1));
        Self { points: Vec::new(), period, began: Duration::ZERO, current: Stats::default() }
    }

    /// Adds what happened until `at`.
    pub fn add(&mut self, at: Duration, stage: usize, stats: &Stats) {
        self.current.merge_outline(stats);
        if at.saturating_sub(self.began) >= self.period.mul_f64(0.95) {
            self.close(at, stage);
        }
    }

    /// Ends with what is left.
    #[must_use]
    pub fn finish(mut self, at: Duration, stage: usize) -> Vec<Point> {
        if self.current.requests() > 0 && at > self.began {
            self.close(at, stage);
        }
        self.points
    }

    /// The points so far.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    fn close(&mut self, at: Duration, stage: usize) {
        let stats = std::mem::take(&mut self.current);
        self.points.push(point(at, at.saturating_sub(self.began), stage, &stats));
        self.began = at;
        // A run that outlasts its plan, by its last answers say, keeps its bound.
        if self.points.len() > 2 * POINTS_MAX as usize {
            self.points.remove(0);
        }
    }
}

/// What `stats` say of the `length` before `at`.
#[must_use]
pub fn point(at: Duration, length: Duration, stage: usize, stats: &Stats) -> Point {
    let latency: &Histogram = &stats.total.latency;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 requests")]
    let rate = stats.requests() as f64 / length.as_secs_f64().max(1e-3);
    Point {
        at,
        rate,
        bad: share(stats.total.bad, stats.requests()),
        p50: latency.quantile(0.5),
        p99: latency.quantile(0.99),
        service_p99: stats.total.service.quantile(0.99),
        slip_p99: stats.slip.quantile(0.99),
        dropped: stats.dropped,
        stage,
    }
}
