//! When a run is not worth going on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::engine::Tick;

/// Seconds without any connection after which nobody is waited for any more.
const SECONDS: u32 = 5;

/// Loses itself when the target is gone, or when somebody asks for the end.
#[derive(Debug)]
pub struct Patience {
    end: Arc<AtomicBool>,
    lonely: u32,
}

impl Patience {
    /// `end` is set when somebody wants the run to end.
    #[must_use]
    pub fn new(end: Arc<AtomicBool>) -> Self {
        Self { end, lonely: 0 }
    }

    /// Looks at a second.
    pub fn see(&mut self, tick: &Tick<'_>) {
        let requests = tick.recent.requests();
        if requests > 0 {
            let is_lonely = tick.recent.no_connection == requests;
            self.lonely = if is_lonely { self.lonely + 1 } else { 0 };
        }
    }

    /// Whether the run is to end.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.lonely >= SECONDS || self.end.load(Ordering::Relaxed)
    }
}
