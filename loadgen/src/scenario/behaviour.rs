//! What people do once they are there.

use std::time::Duration;

use serde::Deserialize;

/// Shares and pauses of a session.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// The mean pause between two requests of a session, in milliseconds.
    pub think_ms: f64,
    /// The share of sessions that end at any step.
    pub abandon: f64,
    /// The share of sessions that begin with `POST /api/trace/synthetic/{id}`.
    pub report: f64,
    /// Tasks that a session works on, at the most.
    pub tasks_max: u32,
    /// The share of tasks that are edited.
    pub edit: f64,
    /// The share that are completed.
    pub complete: f64,
    /// The share that are deleted by those who made them.
    pub delete: f64,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            think_ms: 1_500.0,
            abandon: 0.04,
            report: 0.5,
            tasks_max: 3,
            edit: 0.3,
            complete: 0.8,
            delete: 0.7,
        }
    }
}

impl Behaviour {
    /// The pause that `unit`, evenly drawn from 0 to 1, stands for: exponentially
    /// distributed, between a fifth of the mean and five times the mean.
    #[must_use]
    pub fn think(&self, unit: f64) -> Duration {
        let factor = (-(1.0 - unit).ln()).clamp(0.2, 5.0);
        Duration::from_secs_f64(self.think_ms.max(0.0) * factor / 1e3)
    }

    /// Why these numbers make no sense, if they do not.
    #[must_use]
    pub fn complaint(&self) -> Option<String> {
        let shares = [
            ("abandon", self.abandon),
            ("report", self.report),
            ("edit", self.edit),
            ("complete", self.complete),
            ("delete", self.delete),
        ];
        for (name, share) in shares {
            if !(0.0..=1.0).contains(&share) {
                return Some(format!("behaviour.{name} must be between 0 and 1 (got {share})"));
            }
        }
        if !(0.0..=600_000.0).contains(&self.think_ms) {
            return Some(format!(
                "behaviour.think_ms must be between 0 and 600000 (got {})",
                self.think_ms
            ));
        }
        if !(1..=100).contains(&self.tasks_max) {
            return Some(format!(
                "behaviour.tasks_max must be between 1 and 100 (got {})",
                self.tasks_max
            ));
        }
        None
    }
}
