//! What the lab says of itself: traces and firing alerts.

use std::time::{Duration, Instant};

use api_types::alert::{Alert, Alerts};
use api_types::routes;
use api_types::trace::Trace;
use http::{HeaderValue, Method, Uri};
use serde::de::DeserializeOwned;

use crate::observation::Outcome;
use crate::request;
use crate::target::Target;
use crate::worker::connections::Connections;

/// When an answer is given up on.
const LIMIT: Duration = Duration::from_secs(5);

/// Asks the lab. These requests make no spans there and do not count as users'.
#[derive(Debug)]
pub struct Lab {
    host: HeaderValue,
    connections: Connections,
}

impl Lab {
    /// Behind this target.
    #[must_use]
    pub fn new(target: &Target) -> Self {
        Self { host: target.authority.clone(), connections: Connections::new(target.address, 1) }
    }

    /// One trace, as far as it has arrived; none where the lab knows nothing of it.
    pub async fn trace(&self, trace_id: &str) -> Option<Trace> {
        self.get(&routes::trace(trace_id)).await
    }

    /// The alerts that fire; none where the lab does not answer.
    pub async fn alerts(&self) -> Option<Vec<Alert>> {
        self.get(routes::ALERTS).await.map(|Alerts { alerts }| alerts)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Option<T> {
        let request = request::bare(Method::GET, Uri::try_from(path).ok()?, self.host.clone());
        let exchange = self.connections.exchange(request, true, Instant::now() + LIMIT).await;
        match exchange.outcome {
            Outcome::Status(200) => serde_json::from_slice(&exchange.body).ok(),
            _ => None,
        }
    }
}
