//! What surrounds the handlers; the order stands in [`router`](crate::router).

pub(crate) mod asset_cache;
mod client;
pub(crate) mod load;
pub(crate) mod observe;
pub(crate) mod origin;
pub(crate) mod panic;
pub(crate) mod problem;
pub(crate) mod security;
