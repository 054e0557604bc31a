//! What every handler can reach.

use std::ops::Deref;
use std::sync::Arc;

use telemetry::{Dropped, Forwarder};

use crate::alerts::FiringAlerts;
use crate::assets::Assets;
use crate::clock::Clock;
use crate::config::Limits;
use crate::config::proxies::TrustedProxies;
use crate::links::Links;
use crate::metrics::Metrics;
use crate::store::TaskStore;
use crate::traces::{RemoteStores, TraceStore};

/// The server's parts, cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// The parts themselves.
pub struct Parts {
    /// The tasks.
    pub store: Arc<dyn TaskStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The instruments.
    pub metrics: Metrics,
    /// The alerts that fire.
    pub alerts: FiringAlerts,
    /// Recent traces.
    pub traces: Arc<TraceStore>,
    /// Where older traces are, and the spans that others recorded.
    pub remote: RemoteStores,
    /// Counters of lost telemetry.
    pub dropped: Arc<Dropped>,
    /// Where clients' telemetry goes on to.
    pub forwarder: Forwarder,
    /// The built frontend.
    pub assets: Assets,
    /// Who is believed about the client's address.
    pub proxies: TrustedProxies,
    /// The programs beside the lab.
    pub links: Links,
    /// The share of its own traces that a browser records, from 0 to 1.
    pub sample_ratio: f64,
    /// How much is taken on at once, and for how long.
    pub limits: Limits,
}

impl AppState {
    /// Shares `parts`.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
