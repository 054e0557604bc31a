//! What a session remembers between its requests, and what must be cleaned up.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Tasks that wait to be deleted at the most; more stay behind, and are counted.
const TASKS_MAX: usize = 200_000;

/// What one session remembers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Session {
    /// Its task, while there is one.
    pub task: Option<i64>,
}

/// Tasks that were made and not deleted yet. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Tasks(Arc<Mutex<Made>>);

#[derive(Debug, Default)]
struct Made {
    ids: BTreeSet<i64>,
    left: u64,
    doubtful: u64,
}

impl Tasks {
    /// One was made.
    pub fn add(&self, id: i64) {
        let mut made = self.lock();
        if made.ids.len() < TASKS_MAX {
            made.ids.insert(id);
        } else {
            made.left += 1;
        }
    }

    /// One may have been made: its creation had no answer that says so.
    pub fn doubt(&self) {
        self.lock().doubtful += 1;
    }

    /// How many may have been made, for all that is known.
    #[must_use]
    pub fn doubtful(&self) -> u64 {
        self.lock().doubtful
    }

    /// One is gone.
    pub fn remove(&self, id: i64) {
        self.lock().ids.remove(&id);
    }

    /// Takes those that are still there.
    #[must_use]
    pub fn take(&self) -> BTreeSet<i64> {
        std::mem::take(&mut self.lock().ids)
    }

    /// How many were too many to remember.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.lock().left
    }

    fn lock(&self) -> MutexGuard<'_, Made> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
