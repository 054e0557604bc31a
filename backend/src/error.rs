//! Errors with a public face and a private cause.
//!
//! A handler returns an [`ApiError`]; its response carries the error as an extension,
//! and `middleware::problem` turns that into a body with the trace id and into a log line
//! with the cause.

mod code;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use api_types::limits::{BODY_MAX_BYTES, OTLP_BODY_MAX_BYTES, URI_MAX_BYTES};
use axum::extract::rejection::{BytesRejection, FormRejection, JsonRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use thiserror::Error;

pub use self::code::Code;
use crate::domain::smoke::InvalidSmoke;
use crate::domain::task::InvalidTask;
use crate::store::StoreError;

/// Everything that can go wrong with a request. `Display` is the public `detail`.
#[derive(Debug, Error)]
pub enum ApiError {
    /// A value breaks a rule about tasks.
    #[error("{0}")]
    InvalidTask(#[from] InvalidTask),
    /// The body is no JSON.
    #[error("The body is not valid JSON: {}.", cut(.0))]
    MalformedJson(String),
    /// The body is JSON of the wrong shape.
    #[error("The body does not have the expected fields: {}.", cut(.0))]
    InvalidBody(String),
    /// The query string is not understood.
    #[error("The query is not understood: {}.", cut(.0))]
    InvalidQuery(String),
    /// The cursor is none that a page gave.
    #[error("{0:?} is no cursor; take `next` of the page before.")]
    InvalidCursor(String),
    /// The id in the path is no positive whole number.
    #[error("{0:?} is no task id; ids are positive whole numbers.")]
    InvalidTaskId(String),
    /// The id in the path is no trace id.
    #[error("{0:?} is no trace id; expected 32 lower-case hexadecimal digits, not all zero.")]
    InvalidTraceId(String),
    /// No task has this id.
    #[error("There is no task {0}.")]
    TaskNotFound(i64),
    /// No span of this trace is kept.
    #[error("Nothing is known of the trace {0}: it is too old, not sampled or yet to arrive.")]
    TraceNotFound(String),
    /// No route has this path.
    #[error("There is nothing at this address.")]
    RouteNotFound,
    /// The route knows other methods.
    #[error("This address does not answer to that method; the Allow header names those it does.")]
    MethodNotAllowed,
    /// The body's media type is not understood.
    #[error("The body must be sent as {0}.")]
    UnsupportedMediaType(&'static str),
    /// Path and query are too long.
    #[error("The address is longer than {URI_MAX_BYTES} bytes.")]
    UriTooLong,
    /// The body is too large.
    #[error("The body is larger than {0} bytes.")]
    BodyTooLarge(usize),
    /// The body ended early or was not readable.
    #[error("The body could not be read to its end.")]
    BodyUnreadable,
    /// Another site sent a request that changes state.
    #[error("Requests that change something are accepted from the lab's own pages only.")]
    CrossSite,
    /// A smoke test cannot be run as asked.
    #[error("{0}")]
    InvalidSmoke(#[from] InvalidSmoke),
    /// The delay is out of range.
    #[error("delay is {0}; it must be between 0 and 30 seconds.")]
    InvalidDelay(f64),
    /// The id of synthetic traffic has another form.
    #[error("The synthetic id must have 1 to 64 letters, digits, dashes or underscores.")]
    InvalidSyntheticId,
    /// `GET /api/simulate-error`.
    #[error("This error was asked for: nothing is broken.")]
    Simulated,
    /// The collector takes telemetry more slowly than it comes.
    #[error("Too much telemetry waits to be forwarded; please send this again later.")]
    IntakeFull,
    /// Too many requests are being worked on.
    #[error("The lab is busy with too many requests; please try again in a moment.")]
    Overloaded,
    /// The request took too long on our side.
    #[error("The request took longer than {} seconds and was given up.", .0.as_secs_f64())]
    TooSlow(Duration),
    /// The client took too long over its body.
    #[error("The body did not arrive within {} seconds.", .0.as_secs_f64())]
    BodyTooSlow(Duration),
    /// The store failed.
    // A connection that breaks in the middle of a write leaves open whether it was done.
    #[error(
        "The database does not answer at the moment. Please try again, and look first \
         whether a change was made."
    )]
    DatabaseUnavailable(#[source] StoreError),
    /// The store takes no writes.
    #[error("The database can only be read at the moment. Nothing was changed.")]
    DatabaseReadOnly(#[source] StoreError),
    /// The store's disk is full.
    #[error("There is no room for more data. Nothing was changed.")]
    StorageFull(#[source] StoreError),
    /// The store refused.
    #[error("The request failed on our side. The trace shows where.")]
    Database(#[source] StoreError),
    /// A handler panicked, or something else that nobody expects.
    #[error("The request failed on our side. The trace shows where.")]
    Internal(String),
}

impl ApiError {
    /// Its stable name for programs, which decides the status.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::InvalidTask(invalid) => match invalid {
                InvalidTask::TitleEmpty => Code::TitleEmpty,
                InvalidTask::TitleTooLong(_) => Code::TitleTooLong,
                InvalidTask::DescriptionTooLong(_) => Code::DescriptionTooLong,
                InvalidTask::NulCharacter => Code::NulCharacter,
                InvalidTask::PageSize(_) => Code::LimitOutOfRange,
            },
            Self::InvalidSmoke(InvalidSmoke::Ops(_)) => Code::OpsOutOfRange,
            Self::InvalidSmoke(InvalidSmoke::Kind(_)) => Code::UnknownSmokeType,
            Self::MalformedJson(_) => Code::MalformedJson,
            Self::InvalidBody(_) => Code::InvalidBody,
            Self::InvalidQuery(_) => Code::InvalidQuery,
            Self::InvalidCursor(_) => Code::InvalidCursor,
            Self::InvalidTaskId(_) => Code::InvalidTaskId,
            Self::InvalidTraceId(_) => Code::InvalidTraceId,
            Self::InvalidDelay(_) => Code::DelayOutOfRange,
            Self::InvalidSyntheticId => Code::InvalidSyntheticId,
            Self::TaskNotFound(_) => Code::TaskNotFound,
            Self::TraceNotFound(_) => Code::TraceNotFound,
            Self::RouteNotFound => Code::RouteNotFound,
            Self::MethodNotAllowed => Code::MethodNotAllowed,
            Self::UnsupportedMediaType(_) => Code::UnsupportedMediaType,
            Self::UriTooLong => Code::UriTooLong,
            Self::BodyTooLarge(_) => Code::BodyTooLarge,
            Self::BodyUnreadable => Code::BodyUnreadable,
            Self::CrossSite => Code::CrossSite,
            Self::Simulated => Code::SimulatedError,
            Self::IntakeFull => Code::IntakeFull,
            Self::Overloaded => Code::Overloaded,
            Self::TooSlow(_) => Code::RequestTimeout,
            Self::BodyTooSlow(_) => Code::BodyTimeout,
            Self::DatabaseUnavailable(_) => Code::DatabaseUnavailable,
            Self::DatabaseReadOnly(_) => Code::DatabaseReadOnly,
            Self::StorageFull(_) => Code::StorageFull,
            Self::Database(_) => Code::DatabaseError,
            Self::Internal(_) => Code::InternalError,
        }
    }

    /// The status of its code.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.code().status()
    }

    /// What only the log may show.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        match self {
            Self::DatabaseUnavailable(error)
            | Self::DatabaseReadOnly(error)
            | Self::StorageFull(error)
            | Self::Database(error) => Some(telemetry::error_chain(error)),
            Self::Internal(cause) => Some(cause.clone()),
            Self::Simulated => Some("an error was simulated on request".to_owned()),
            _ => None,
        }
    }
}

/// The error travels to the middleware that words it.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::DatabaseUnavailable(error),
            StoreError::ReadOnly(_) => Self::DatabaseReadOnly(error),
            StoreError::Full(_) => Self::StorageFull(error),
            StoreError::Failed(_) => Self::Database(error),
        }
    }
}

impl From<askama::Error> for ApiError {
    fn from(error: askama::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        match rejection {
            JsonRejection::JsonDataError(error) => Self::InvalidBody(reason(&error.body_text())),
            JsonRejection::JsonSyntaxError(error) => {
                Self::MalformedJson(reason(&error.body_text()))
            }
            // The extractor has seen to media type and length before it parses.
            other => Self::InvalidBody(reason(&other.body_text())),
        }
    }
}

impl From<FormRejection> for ApiError {
    fn from(rejection: FormRejection) -> Self {
        match rejection {
            FormRejection::InvalidFormContentType(_) => {
                Self::UnsupportedMediaType("application/x-www-form-urlencoded")
            }
            FormRejection::BytesRejection(error) => error.into(),
            other => Self::InvalidBody(reason(&other.body_text())),
        }
    }
}

impl From<BytesRejection> for ApiError {
    fn from(rejection: BytesRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Self::BodyTooLarge(BODY_MAX_BYTES)
        } else {
            Self::BodyUnreadable
        }
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        Self::InvalidQuery(reason(&rejection.body_text()))
    }
}

/// For the intake, whose limit is another.
pub(crate) fn otlp_body(rejection: &BytesRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        ApiError::BodyTooLarge(OTLP_BODY_MAX_BYTES)
    } else {
        ApiError::BodyUnreadable
    }
}

/// Bytes of a parser's words that are told, from both ends each: they may quote what was
/// sent, of any length, and come to the point before or after it.
const REASON_HALF_BYTES: usize = 250;

/// The part of axum's text that tells the reason: it comes after a sentence of its own.
fn reason(text: &str) -> String {
    text.split_once(": ").map_or(text, |(_, reason)| reason).to_owned()
}

/// A parser's words without their middle, where they are long.
fn cut(words: &str) -> Cow<'_, str> {
    if words.len() <= 2 * REASON_HALF_BYTES {
        return words.into();
    }
    let begin = words.floor_char_boundary(REASON_HALF_BYTES);
    let end = words.ceil_char_boundary(words.len() - REASON_HALF_BYTES);
    format!("{}…{}", &words[..begin], &words[end..]).into()
}
