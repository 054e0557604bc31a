//! Trying again where the endpoint says that it would help.

use std::error::Error as _;
use std::time::Duration;

use thiserror::Error;
use tokio::time::sleep;
use tonic::Code;

use crate::chain::error_chain;

/// Attempts after the first, and the pause before the first of them, which doubles: as
/// the exporter has it.
const RETRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(100);

/// Why an attempt failed.
#[derive(Clone, Debug, Error)]
pub(super) enum Failure {
    /// An HTTP status that is no success, and the pause that it asked for.
    #[error("the endpoint answered with status {0}")]
    Status(u16, Option<Duration>),
    /// A gRPC status that is no success, and its cause where it was found on our side.
    #[error("the call ended with gRPC status {0:?}{cause}", cause = text(.1.as_deref()))]
    Grpc(Code, Option<String>),
    /// No answer at all.
    #[error("the endpoint gave no answer")]
    NoAnswer,
    /// What was queued cannot be encoded anew.
    #[error("the message cannot be encoded")]
    Encoding,
}

impl Failure {
    /// How long to wait before another attempt; `None` where that would change nothing
    /// (OTLP specification, "Failures").
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status(429 | 502 | 503 | 504, pause) => Some(pause.unwrap_or_default()),
            Self::NoAnswer
            | Self::Grpc(
                Code::Cancelled
                | Code::DeadlineExceeded
                | Code::Aborted
                | Code::OutOfRange
                | Code::Unavailable
                | Code::DataLoss,
                _,
            ) => Some(Duration::ZERO),
            Self::Status(..) | Self::Grpc(..) | Self::Encoding => None,
        }
    }
}

impl From<tonic::Status> for Failure {
    /// The status's message is not repeated: it may quote what we sent.
    fn from(status: tonic::Status) -> Self {
        Self::Grpc(status.code(), status.source().map(error_chain))
    }
}

fn text(cause: Option<&str>) -> String {
    cause.map(|cause| format!(": {cause}")).unwrap_or_default()
}

/// Makes `attempt` until it succeeds, fails for good or has been made often enough. A
/// pause of more than `limit`, in which all must be done, is not waited for.
pub(super) async fn until_taken(
    limit: Duration,
    attempt: impl AsyncFn() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut pause = PAUSE;
    for _ in 0..RETRIES {
        let Err(failure) = attempt().await else {
            return Ok(());
        };
        match failure.retry_after() {
            Some(asked) if asked < limit => sleep(asked.max(pause)).await,
            _ => return Err(failure),
        }
        pause *= 2;
    }
    attempt().await
}
