//! Error bodies.

use serde::{Deserialize, Serialize};

/// An `application/problem+json` body (RFC 9457) with the lab's extension members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI reference that names the kind of problem (RFC 9457 §3.1.1).
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in a few words; the same for every occurrence.
    pub title: String,
    /// The HTTP status code, repeated.
    pub status: u16,
    /// What is wrong this time, as a sentence for a person.
    pub detail: String,
    /// Equal to `detail`: the original lab's clients read this member.
    pub error: String,
    /// A stable identifier for programs, `snake_case`.
    pub code: String,
    /// 32 hexadecimal digits: the trace that shows what happened.
    pub trace_id: String,
}
