//! The plan: which request is made when, by whom. It depends on the scenario alone, never
//! on an answer, so that a seed replays identically.

pub mod action;
pub mod planner;
pub mod script;
pub mod step;

pub use action::{Action, Malformed};
pub use planner::{OpenPlan, Planner};
pub use step::Step;
