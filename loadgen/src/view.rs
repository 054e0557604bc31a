//! What a person sees while a run goes on.

pub mod lines;
pub mod live;
pub mod notes;
pub mod patience;

use crate::engine::Watcher;
use lines::Lines;
use live::{Live, Outline};
use patience::Patience;

/// The view that suits where it is shown: a screen on a terminal, otherwise lines.
#[must_use]
pub fn open(outline: Outline, is_quiet: bool, patience: Patience) -> Box<dyn Watcher> {
    if !is_quiet && let Some(live) = Live::open(outline, &patience) {
        return Box::new(live);
    }
    Box::new(Lines::new(is_quiet, patience))
}
