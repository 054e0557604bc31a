//! What was measured.

use std::collections::BTreeMap;
use std::time::Duration;

use api_types::synthetic::{DEVICES, REGIONS};
use serde::Serialize;

use crate::histogram::Histogram;
use crate::persona::region::TIMEZONES;
use crate::plan::action::ENDPOINTS;
use crate::report::{Report, text};
use crate::stats::exemplars::Exemplar;
use crate::stats::{CellStats, EndpointStats, Point, Stats, share};
use crate::trace;

/// Milliseconds, to the microsecond.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52 microseconds")]
pub(super) fn ms(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1e3
}

/// Durations in milliseconds: shares of the requests that did not take longer.
#[derive(Debug, Serialize)]
pub(super) struct Spread {
    mean: f64,
    deviation: f64,
    p50: f64,
    p90: f64,
    p95: f64,
    p99: f64,
    p99_9: f64,
    p99_99: f64,
    max: f64,
}

/// All requests, or those of one endpoint.
#[derive(Debug, Serialize)]
pub(super) struct Measured {
    requests: u64,
    errors: u64,
    error_share: f64,
    /// Within the latency objective's threshold.
    fast: u64,
    latency_ms: Spread,
    service_ms: Spread,
}

#[derive(Debug, Serialize)]
pub(super) struct OfEndpoint {
    method: &'static str,
    route: &'static str,
    #[serde(flatten)]
    measured: Measured,
}

/// The requests of one region or one device.
#[derive(Debug, Serialize)]
pub(super) struct Group {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<&'static str>,
    #[serde(flatten)]
    measured: MeasuredCell,
}

#[derive(Debug, Serialize)]
struct MeasuredCell {
    requests: u64,
    errors: u64,
    error_share: f64,
    latency_ms: Spread,
    experienced_ms: Spread,
}

/// The requests of one endpoint, region and device.
#[derive(Debug, Serialize)]
pub(super) struct CellPart {
    method: &'static str,
    route: &'static str,
    region: &'static str,
    device: &'static str,
    #[serde(flatten)]
    measured: MeasuredCell,
}

/// Traces to look at.
#[derive(Debug, Serialize)]
pub(super) struct Exemplars {
    slowest: Vec<ExemplarPart>,
    failed: Vec<ExemplarPart>,
}

#[derive(Debug, Serialize)]
struct ExemplarPart {
    trace_id: String,
    url: String,
    method: &'static str,
    route: &'static str,
    outcome: String,
    latency_ms: f64,
}

/// What happened between the point before and this one.
#[derive(Debug, Serialize)]
pub(super) struct Course<'r> {
    /// When it ended, since the start.
    at_s: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'r str>,
    requests_per_s: f64,
    error_share: f64,
    latency_p50_ms: f64,
    latency_p99_ms: f64,
    service_p99_ms: f64,
    slip_p99_ms: f64,
    dropped: u64,
}

impl Spread {
    pub(super) fn of(histogram: &Histogram) -> Self {
        let at = |share| ms(histogram.quantile(share));
        Self {
            mean: ms(histogram.mean()),
            deviation: ms(histogram.deviation()),
            p50: at(0.5),
            p90: at(0.9),
            p95: at(0.95),
            p99: at(0.99),
            p99_9: at(0.999),
            p99_99: at(0.9999),
            max: ms(histogram.max()),
        }
    }
}

impl Measured {
    pub(super) fn of(stats: &EndpointStats) -> Self {
        let requests = stats.latency.count();
        Self {
            requests,
            errors: stats.bad,
            error_share: share(stats.bad, requests),
            fast: stats.fast,
            latency_ms: Spread::of(&stats.latency),
            service_ms: Spread::of(&stats.service),
        }
    }
}

impl OfEndpoint {
    pub(super) fn all(stats: &Stats) -> Vec<Self> {
        let endpoints = ENDPOINTS.iter().zip(&stats.endpoints);
        endpoints
            .filter_map(|(endpoint, stats)| {
                let measured = Measured::of(stats.as_ref()?);
                Some(Self { method: endpoint.method, route: endpoint.route, measured })
            })
            .collect()
    }
}

impl MeasuredCell {
    fn of(stats: &CellStats) -> Self {
        let requests = stats.latency.count();
        Self {
            requests,
            errors: stats.bad,
            error_share: share(stats.bad, requests),
            latency_ms: Spread::of(&stats.latency),
            experienced_ms: Spread::of(&stats.experienced),
        }
    }
}

impl Group {
    pub(super) fn regions(stats: &Stats) -> Vec<Self> {
        groups(&stats.by_region(), |place| (REGIONS[place], Some(TIMEZONES[place])))
    }

    pub(super) fn devices(stats: &Stats) -> Vec<Self> {
        groups(&stats.by_device(), |place| (DEVICES[place], None))
    }
}

fn groups(
    stats: &BTreeMap<u8, CellStats>,
    name: impl Fn(usize) -> (&'static str, Option<&'static str>),
) -> Vec<Group> {
    stats
        .iter()
        .map(|(place, stats)| {
            let (name, timezone) = name(usize::from(*place));
            Group { name, timezone, measured: MeasuredCell::of(stats) }
        })
        .collect()
}

impl CellPart {
    pub(super) fn all(stats: &Stats) -> Vec<Self> {
        stats
            .cells
            .iter()
            .map(|(cell, stats)| {
                let endpoint = ENDPOINTS[usize::from(cell.endpoint)];
                Self {
                    method: endpoint.method,
                    route: endpoint.route,
                    region: REGIONS[usize::from(cell.region)],
                    device: DEVICES[usize::from(cell.device)],
                    measured: MeasuredCell::of(stats),
                }
            })
            .collect()
    }
}

impl Exemplars {
    pub(super) fn of(report: &Report) -> Self {
        let parts = |exemplars: &[Exemplar]| -> Vec<ExemplarPart> {
            exemplars.iter().map(|exemplar| ExemplarPart::of(report, exemplar)).collect()
        };
        let exemplars = &report.run.stats.exemplars;
        Self { slowest: parts(&exemplars.slowest), failed: parts(&exemplars.failed) }
    }
}

impl ExemplarPart {
    fn of(report: &Report, exemplar: &Exemplar) -> Self {
        let endpoint = ENDPOINTS[usize::from(exemplar.endpoint)];
        let trace_id = trace::trace_id(exemplar.trace_id);
        Self {
            url: report.trace_url(&trace_id),
            trace_id,
            method: endpoint.method,
            route: endpoint.route,
            outcome: text::outcome(exemplar.outcome),
            latency_ms: ms(exemplar.latency),
        }
    }
}

impl<'r> Course<'r> {
    pub(super) fn all(report: &'r Report) -> Vec<Self> {
        let points = report.run.course.iter();
        points
            .map(|point: &Point| Self {
                at_s: point.at.as_secs_f64(),
                stage: report.stages.get(point.stage).map(|stage| stage.name.as_str()),
                requests_per_s: point.rate,
                error_share: point.bad,
                latency_p50_ms: ms(point.p50),
                latency_p99_ms: ms(point.p99),
                service_p99_ms: ms(point.service_p99),
                slip_p99_ms: ms(point.slip_p99),
                dropped: point.dropped,
            })
            .collect()
    }
}
