//! What surrounds the handlers; the order stands in [`router`](crate::router).

mod accept;
pub(crate) mod admission;
pub(crate) mod asset_cache;
mod client;
pub(crate) mod load;
pub(crate) mod observe;
mod origin;
pub(crate) mod panic;
pub(crate) mod problem;
mod query;
pub(crate) mod security;
