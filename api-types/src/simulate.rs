//! The endpoints that misbehave on request.

use serde::{Deserialize, Serialize};

/// The longest delay that `GET /api/simulate-slow` grants, in seconds.
pub const DELAY_MAX_SECONDS: f64 = 30.0;
/// The most operations of one `POST /api/smoke/db`.
pub const SMOKE_MAX_OPS: u32 = 10_000;

/// The answer of `GET /api/simulate-slow`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SlowAnswer {
    /// A sentence for a person.
    pub message: String,
    /// How long the answer was held back, in seconds.
    pub delay: f64,
}

/// The answer of `POST /api/smoke/db`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SmokeAnswer {
    /// Every operation succeeded.
    pub ok: bool,
    /// `read`, `write` or `rw`.
    #[serde(rename = "type")]
    pub kind: String,
    /// How many were asked for.
    pub requested_ops: u32,
    /// How many were done.
    pub performed: Performed,
    /// How long all of them took, in seconds.
    pub duration_seconds: f64,
    /// A sentence for a person.
    pub note: String,
}

/// Operations by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Performed {
    /// Reads.
    pub read: u32,
    /// Writes; all of them were rolled back.
    pub write: u32,
}
