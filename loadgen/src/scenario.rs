//! What is to be sent: by whom, how they behave, when, and what goes wrong.

pub mod behaviour;
pub mod day;
pub mod file;

use std::sync::Arc;

use api_types::synthetic::MODES;

use crate::persona::population::Population;
use crate::schedule::Stage;
pub use behaviour::Behaviour;
pub use day::Day;

/// Everything that determines the traffic. Two runs with the same scenario, seed and
/// start of the simulated day plan the same requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The way of generating it: a member of [`MODES`].
    pub mode: &'static str,
    /// What random choices begin with.
    pub seed: u64,
    /// By whom.
    pub population: Population,
    /// How they behave.
    pub behaviour: Behaviour,
    /// When, and with which faults.
    pub stages: Arc<[Stage]>,
    /// The simulated day, where regions sleep and wake.
    pub day: Option<Day>,
    /// Ends after so many sessions, each of which follows the last without a pause.
    pub cycles: Option<Cycles>,
}

/// A fixed number of whole sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycles {
    /// How many.
    pub count: u32,
    /// Malformed requests among them; the seed says where.
    pub malformed: u32,
}

/// The member of [`MODES`] of that name; `run` for any other.
#[must_use]
pub fn mode(name: &str) -> &'static str {
    MODES.iter().find(|known| **known == name).copied().unwrap_or("run")
}
