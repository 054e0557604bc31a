//! What was measured, in memory that does not grow with the number of requests.

pub mod exemplars;
pub mod series;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::histogram::Histogram;
use crate::observation::{Observation, Outcome};
use crate::persona::Persona;
use crate::plan::action::ENDPOINTS;
use exemplars::Exemplars;
pub use series::{Point, Series};

/// Counts and histograms; those of several threads and moments merge.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// By place in [`ENDPOINTS`].
    pub endpoints: [Option<Box<EndpointStats>>; ENDPOINTS.len()],
    /// By endpoint, region and device.
    pub cells: BTreeMap<Cell, Box<CellStats>>,
    /// All requests.
    pub total: EndpointStats,
    /// How late requests were taken up.
    pub slip: Histogram,
    /// Requests that were due while too many others waited, and so were not sent.
    pub dropped: u64,
    /// Answers by status.
    pub statuses: BTreeMap<u16, u64>,
    /// Requests without a connection.
    pub no_connection: u64,
    /// Connections that broke.
    pub broken: u64,
    /// Requests without a whole answer in time.
    pub timeouts: u64,
    /// Requests that failed because they were asked to.
    pub injected: u64,
    /// Requests that went otherwise than was asked for.
    pub unexpected: u64,
    /// Traces to look at.
    pub exemplars: Exemplars,
}

/// What is measured of one endpoint.
#[derive(Clone, Debug, Default)]
pub struct EndpointStats {
    /// From the moment at which a request was to be sent.
    pub latency: Histogram,
    /// From the moment at which it was sent.
    pub service: Histogram,
    /// Requests that were no good, see [`Outcome::is_good`].
    pub bad: u64,
    /// Requests with an answer that was fast enough, whatever it said.
    pub fast: u64,
}

/// Who asked for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The place in [`ENDPOINTS`].
    pub endpoint: u8,
    /// The place in [`REGIONS`](api_types::synthetic::REGIONS).
    pub region: u8,
    /// The place in [`DEVICES`](api_types::synthetic::DEVICES).
    pub device: u8,
}

/// What is measured of one cell.
#[derive(Clone, Debug)]
pub struct CellStats {
    /// From the moment at which a request was to be sent.
    pub latency: Histogram,
    /// With the time on the persona's network.
    pub experienced: Histogram,
    /// Requests that were no good.
    pub bad: u64,
}

impl Default for CellStats {
    fn default() -> Self {
        Self { latency: Histogram::coarse(), experienced: Histogram::coarse(), bad: 0 }
    }
}

impl EndpointStats {
    fn record(&mut self, seen: &Observation, threshold: Duration) {
        self.latency.record(seen.latency);
        self.service.record(seen.service);
        self.bad += u64::from(!seen.outcome.is_good());
        self.fast += u64::from(seen.outcome.is_answer() && seen.latency <= threshold);
    }

    fn clear(&mut self) {
        self.latency.clear();
        self.service.clear();
        self.bad = 0;
        self.fast = 0;
    }

    fn merge(&mut self, other: &Self) {
        self.latency.merge(&other.latency);
        self.service.merge(&other.service);
        self.bad += other.bad;
        self.fast += other.fast;
    }
}

impl CellStats {
    fn clear(&mut self) {
        self.latency.clear();
        self.experienced.clear();
        self.bad = 0;
    }

    /// Adds another's counts.
    pub fn merge(&mut self, other: &Self) {
        self.latency.merge(&other.latency);
        self.experienced.merge(&other.experienced);
        self.bad += other.bad;
    }
}

impl Stats {
    /// Requests with an outcome.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.total.latency.count()
    }

    /// Counts one request; `threshold` is the latency objective's.
    pub fn record(&mut self, seen: &Observation, threshold: Duration) {
        self.total.record(seen, threshold);
        let endpoint = self.endpoints[usize::from(seen.endpoint)].get_or_insert_default();
        endpoint.record(seen, threshold);
        self.slip.record(seen.slip);
        if let Some(Persona { region, device, .. }) = seen.persona {
            let cell = Cell { endpoint: seen.endpoint, region, device };
            let cell = self.cells.entry(cell).or_default();
            cell.latency.record(seen.latency);
            cell.experienced.record(seen.experienced);
            cell.bad += u64::from(!seen.outcome.is_good());
        }
        match seen.outcome {
            Outcome::Status(status) => *self.statuses.entry(status).or_default() += 1,
            Outcome::NoConnection => self.no_connection += 1,
            Outcome::Broken => self.broken += 1,
            Outcome::Timeout => self.timeouts += 1,
        }
        self.injected += u64::from(seen.is_injected && !seen.outcome.is_good());
        self.unexpected += u64::from(seen.is_unexpected);
        self.exemplars.offer(seen);
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        let Self { endpoints, cells, total, slip, statuses, exemplars, .. } = self;
        total.clear();
        endpoints.iter_mut().flatten().for_each(|endpoint| endpoint.clear());
        for cell in cells.values_mut() {
            cell.clear();
        }
        slip.clear();
        statuses.clear();
        *exemplars = Exemplars::default();
        self.dropped = 0;
        self.no_connection = 0;
        self.broken = 0;
        self.timeouts = 0;
        self.injected = 0;
        self.unexpected = 0;
    }

    /// Adds another's counts.
    pub fn merge(&mut self, other: &Self) {
        self.merge_outline(other);
        // What was cleared may have cells in which nothing happened since.
        let cells = other.cells.iter().filter(|(_, theirs)| theirs.latency.count() > 0);
        for (cell, theirs) in cells {
            self.cells.entry(*cell).or_default().merge(theirs);
        }
    }

    /// Adds another's counts but the cells', of which there are hundreds: they would keep
    /// a processor from requests that are due.
    pub fn merge_outline(&mut self, other: &Self) {
        self.total.merge(&other.total);
        for (mine, theirs) in self.endpoints.iter_mut().zip(&other.endpoints) {
            if let Some(theirs) = theirs.as_ref().filter(|theirs| theirs.latency.count() > 0) {
                mine.get_or_insert_default().merge(theirs);
            }
        }
        self.slip.merge(&other.slip);
        self.dropped += other.dropped;
        for (status, count) in &other.statuses {
            *self.statuses.entry(*status).or_default() += count;
        }
        self.no_connection += other.no_connection;
        self.broken += other.broken;
        self.timeouts += other.timeouts;
        self.injected += other.injected;
        self.unexpected += other.unexpected;
        self.exemplars.merge(&other.exemplars);
    }

    /// The cells of each region, those of all endpoints and devices together.
    #[must_use]
    pub fn by_region(&self) -> BTreeMap<u8, CellStats> {
        self.grouped(|cell| cell.region)
    }

    /// Likewise by device.
    #[must_use]
    pub fn by_device(&self) -> BTreeMap<u8, CellStats> {
        self.grouped(|cell| cell.device)
    }

    fn grouped(&self, key: impl Fn(&Cell) -> u8) -> BTreeMap<u8, CellStats> {
        let mut groups: BTreeMap<u8, CellStats> = BTreeMap::new();
        for (cell, stats) in &self.cells {
            groups.entry(key(cell)).or_default().merge(stats);
        }
        groups
    }
}

/// A part of a whole, 0 to 1; 0 of nothing.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "far below 2^52 requests")]
pub fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
