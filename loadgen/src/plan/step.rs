//! One planned request.

use std::time::Duration;

use super::Action;
use crate::persona::Persona;

/// One planned request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Counts the requests of a run.
    pub number: u64,
    /// When the person acts, since the start of the run.
    pub at: Duration,
    /// How long the request is under way to the lab: it is sent so much later.
    pub uplink: Duration,
    /// How long the answer is under way.
    pub downlink: Duration,
    /// The place of the stage.
    pub stage: usize,
    /// Counts the sessions of a run.
    pub session: u64,
    /// The session's last request.
    pub is_last: bool,
    /// By whom.
    pub persona: Persona,
    /// What.
    pub action: Action,
}

impl Step {
    /// When it is to be sent: latency counts from here.
    #[must_use]
    pub fn due(&self) -> Duration {
        self.at + self.uplink
    }
}
