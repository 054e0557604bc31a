//! When requests are to be sent: an absolute schedule that no answer moves.

pub mod arrivals;
pub mod pacer;
pub mod stage;

pub use arrivals::{Arrival, Arrivals};
pub use stage::{Faults, Stage};
