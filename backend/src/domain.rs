//! The rules about tasks and alerts. Nothing here knows HTTP or SQL.

pub mod alert;
pub mod smoke;
pub mod task;
