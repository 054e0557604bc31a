//! What a person sees while a run goes on.

pub mod lines;
pub mod live;
pub mod notes;
pub mod patience;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::engine::Watcher;
use lines::Lines;
use live::{Live, Outline};

/// The view that suits where it is shown: a screen on a terminal, otherwise lines. `end`
/// is set when somebody wants the run to end.
#[must_use]
pub fn open(outline: Outline, is_quiet: bool, end: Arc<AtomicBool>) -> Box<dyn Watcher> {
    if !is_quiet && let Some(live) = Live::open(outline, &end) {
        return Box::new(live);
    }
    Box::new(Lines::new(is_quiet, end))
}
