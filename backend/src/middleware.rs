//! What surrounds the handlers; the order stands in [`around`].

mod accept;
mod admission;
pub(crate) mod around;
pub(crate) mod asset_cache;
mod client;
pub(crate) mod load;
mod observe;
mod origin;
mod panic;
mod problem;
mod query;
mod security;
