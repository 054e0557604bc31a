//! Endpoints that misbehave on request, so that there is something to observe.

pub(crate) mod error;
pub(crate) mod slow;
pub(crate) mod smoke;

pub(crate) use error::error;
pub(crate) use slow::slow;
pub(crate) use smoke::smoke;
