//! The rules about tasks. Nothing here knows HTTP or SQL.

pub mod smoke;
pub mod task;
