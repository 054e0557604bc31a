//! The rules about tasks. Nothing here knows HTTP or SQL.

pub mod task;
