//! What one request showed.

use std::time::Duration;

use crate::persona::Persona;

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An answer with this status, read to its end.
    Status(u16),
    /// No connection.
    NoConnection,
    /// The connection broke before the answer's end.
    Broken,
    /// No whole answer in time.
    Timeout,
}

impl Outcome {
    /// Whether there was an answer, whatever it said.
    #[must_use]
    pub const fn is_answer(self) -> bool {
        matches!(self, Self::Status(_))
    }

    /// Good as the availability objective counts: an answer, and no 5xx.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Status(status) if status < 500)
    }

    /// `error.type` of the semantic conventions; none for what went well.
    #[must_use]
    pub fn error_type(self) -> Option<&'static str> {
        match self {
            Self::Status(500) => Some("500"),
            Self::Status(502) => Some("502"),
            Self::Status(503) => Some("503"),
            Self::Status(504) => Some("504"),
            Self::Status(507) => Some("507"),
            Self::Status(505..) => Some("5xx"),
            Self::Status(501) => Some("501"),
            Self::Status(_) => None,
            Self::NoConnection => Some("no_connection"),
            Self::Broken => Some("broken_connection"),
            Self::Timeout => Some("timeout"),
        }
    }
}

/// What one request showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The place in [`ENDPOINTS`](crate::plan::action::ENDPOINTS).
    pub endpoint: u8,
    /// Who asked; none where there are no personas.
    pub persona: Option<Persona>,
    /// How it ended.
    pub outcome: Outcome,
    /// It was asked for in order to fail.
    pub is_injected: bool,
    /// It went otherwise than was asked for: a 4xx for a good request, anything else for a
    /// malformed one.
    pub is_unexpected: bool,
    /// From the moment at which it was to be sent to the end of the answer.
    pub latency: Duration,
    /// From the moment at which it was sent.
    pub service: Duration,
    /// The latency and the time on the persona's network.
    pub experienced: Duration,
    /// How late it was taken up: the generator's own fault.
    pub slip: Duration,
    /// The trace, where it is recorded.
    pub trace_id: Option<u128>,
}
