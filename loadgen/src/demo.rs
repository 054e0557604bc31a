//! The SLO demo: a story in four acts that burns an error budget, and says what to look
//! at. It needs a lab whose alerts come from the time-scaled rules
//! (`compose/prometheus/slo/demo`).

pub mod acts;
pub mod alerts;
pub mod narrator;

pub use acts::{ACTS, Act};
pub use narrator::{Narrator, Story};
