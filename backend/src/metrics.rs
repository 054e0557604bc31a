//! Every Prometheus instrument, declared once: name, help, unit, labels, buckets.
//!
//! Label values are bounded: route templates, known methods, status codes and
//! enumerations. Durations are in seconds.

use std::time::Duration;

use prometheus::core::Collector;
use prometheus::process_collector::ProcessCollector;
use prometheus::proto::MetricFamily;
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
};
use telemetry::{DropReason, Dropped, SignalKind};

/// The media type of [`Metrics::render`]'s text.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The commit that was built, or what `LAB_REVISION` said then; `unknown` without both.
pub const REVISION: &str = env!("LAB_REVISION");

/// 0.5 is the latency objective's threshold (95 % of requests under 500 ms).
const HTTP_BUCKETS: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
const DB_BUCKETS: [f64; 10] = [0.000_5, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 2.0];

/// The instruments of one server.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    /// `http_requests_total{method,endpoint,status_code}`
    pub http_requests: IntCounterVec,
    /// `http_request_duration_seconds{method,endpoint,status_code}`
    pub http_duration: HistogramVec,
    /// `http_errors_total{method,endpoint,status_code}`: answers of 5xx alone, so that
    /// `1 - rate(errors) / rate(requests)` is the availability indicator.
    pub http_errors: IntCounterVec,
    /// `http_requests_in_flight`
    pub http_in_flight: IntGauge,
    /// `db_query_duration_seconds{operation}`
    pub db_duration: HistogramVec,
    /// `db_pool_connections{state}`
    pub db_connections: IntGaugeVec,
    /// `tasks{state}`
    pub tasks: IntGaugeVec,
    /// `synthetic_requests_total{region,device,mode,outcome}`
    pub synthetic_requests: IntCounterVec,
    /// `synthetic_request_duration_seconds{region}`
    pub synthetic_duration: HistogramVec,
}

impl Metrics {
    /// Creates and registers every instrument.
    pub fn new() -> prometheus::Result<Self> {
        let http = ["method", "endpoint", "status_code"];
        let counter =
            |name, help, labels: &[&str]| IntCounterVec::new(Opts::new(name, help), labels);
        let gauge = |name, help, labels: &[&str]| IntGaugeVec::new(Opts::new(name, help), labels);
        let histogram = |name, help, labels: &[&str], buckets: &[f64]| {
            HistogramVec::new(HistogramOpts::new(name, help).buckets(buckets.to_vec()), labels)
        };
        let metrics = Self {
            registry: Registry::new(),
            http_requests: counter("http_requests_total", "HTTP requests answered.", &http)?,
            http_duration: histogram(
                "http_request_duration_seconds",
                "Time from a request's head to its answer's head.",
                &http,
                &HTTP_BUCKETS,
            )?,
            http_errors: counter("http_errors_total", "HTTP requests answered with 5xx.", &http)?,
            http_in_flight: IntGauge::new(
                "http_requests_in_flight",
                "HTTP requests that are being answered.",
            )?,
            db_duration: histogram(
                "db_query_duration_seconds",
                "Time of a statement, the wait for a connection included.",
                &["operation"],
                &DB_BUCKETS,
            )?,
            db_connections: gauge("db_pool_connections", "Open database connections.", &["state"])?,
            tasks: gauge("tasks", "Tasks stored.", &["state"])?,
            synthetic_requests: counter(
                "synthetic_requests_total",
                "Requests of synthetic traffic that reported themselves.",
                &["region", "device", "mode", "outcome"],
            )?,
            synthetic_duration: histogram(
                "synthetic_request_duration_seconds",
                "Time to take such a report.",
                &["region"],
                &HTTP_BUCKETS,
            )?,
        };
        metrics.register()?;
        Ok(metrics)
    }

    /// Starts the counters of a route's faults at 0: a series that exists only from the
    /// first error on shows no increase for it. The requests' counter has the same series,
    /// so that no rate of errors exceeds that of requests. Only what writes can meet a disk
    /// that is full.
    pub fn expect_route(&self, method: &str, endpoint: &str) {
        let statuses: &[_] = if method == "GET" { &["500", "503"] } else { &["500", "503", "507"] };
        for status in statuses {
            self.http_errors.with_label_values(&[method, endpoint, status]);
            self.http_requests.with_label_values(&[method, endpoint, status]);
        }
    }

    /// Starts the durations with one series of a route, so that their sum exists, and says
    /// "no requests", before the first request. The others would be fifteen lines each.
    pub fn expect_durations(&self, method: &str, endpoint: &str) {
        self.http_duration.with_label_values(&[method, endpoint, "200"]);
    }

    /// Counts a report of synthetic traffic: region, device, mode, outcome. The values
    /// come from enumerations.
    pub fn count_synthetic(&self, labels: [&'static str; 4], duration: Duration) {
        self.synthetic_requests.with_label_values(&labels).inc();
        let seconds = duration.as_secs_f64();
        self.synthetic_duration.with_label_values(&labels[..1]).observe(seconds);
    }

    /// The text exposition of everything, what telemetry lost included.
    pub fn render(&self, dropped: &Dropped) -> prometheus::Result<Vec<u8>> {
        let mut text = Vec::with_capacity(16 * 1024);
        let mut families = self.registry.gather();
        families.extend(telemetry_dropped(dropped)?);
        TextEncoder::new().encode(&families, &mut text)?;
        Ok(text)
    }

    fn register(&self) -> prometheus::Result<()> {
        let build = IntGaugeVec::new(
            Opts::new("build_info", "The running build; always 1."),
            &["version", "revision"],
        )?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION"), REVISION]).set(1);
        for operation in ["SELECT", "INSERT", "UPDATE", "DELETE"] {
            self.db_duration.with_label_values(&[operation]);
        }
        self.registry.register(Box::new(build))?;
        self.registry.register(Box::new(self.http_requests.clone()))?;
        self.registry.register(Box::new(self.http_duration.clone()))?;
        self.registry.register(Box::new(self.http_errors.clone()))?;
        self.registry.register(Box::new(self.http_in_flight.clone()))?;
        self.registry.register(Box::new(self.db_duration.clone()))?;
        self.registry.register(Box::new(self.db_connections.clone()))?;
        self.registry.register(Box::new(self.tasks.clone()))?;
        self.registry.register(Box::new(self.synthetic_requests.clone()))?;
        self.registry.register(Box::new(self.synthetic_duration.clone()))?;
        self.registry.register(Box::new(ProcessCollector::for_self()))
    }
}

/// `telemetry_dropped_total{signal,reason}`, made anew for each scrape: the counts are kept
/// elsewhere, and a copy of them that two scrapes bring up to date at once would count twice.
fn telemetry_dropped(dropped: &Dropped) -> prometheus::Result<Vec<MetricFamily>> {
    let opts = Opts::new("telemetry_dropped_total", "Spans and log records that were lost.");
    let counter = IntCounterVec::new(opts, &["signal", "reason"])?;
    for signal in SignalKind::ALL {
        for reason in DropReason::ALL {
            let series = counter.with_label_values(&[signal.label(), reason.label()]);
            series.inc_by(dropped.count(signal, reason));
        }
    }
    Ok(counter.collect())
}
