//! Endpoints that misbehave on request, so that there is something to observe.

mod error;
mod slow;
mod smoke;

pub(crate) use error::error;
pub(crate) use slow::slow;
pub(crate) use smoke::smoke;
