//! Answers that say what is wrong, for the handlers' annotations.
#![expect(dead_code, reason = "the derive reads the variants; nobody makes one")]

use api_types::Problem;
use utoipa::IntoResponses;

/// What any request may meet.
#[derive(IntoResponses)]
pub(crate) enum Faults {
    /// Something failed on our side.
    #[response(status = 500, content_type = "application/problem+json")]
    Failed(#[to_schema] Problem),
    /// Not now: too much is under way, it took too long or the database does not answer;
    /// `Retry-After` says when to try again.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(#[to_schema] Problem),
}

/// A path or a query that is not understood.
#[derive(IntoResponses)]
pub(crate) enum BadRequest {
    /// A value is not usable; `code` says which rule it breaks.
    #[response(status = 400, content_type = "application/problem+json")]
    Value(#[to_schema] Problem),
    /// Path and query are too long.
    #[response(status = 414, content_type = "application/problem+json")]
    TooLong(#[to_schema] Problem),
}

/// What any request may meet that needs no more than an address.
#[derive(IntoResponses)]
pub(crate) enum TooLong {
    /// Path and query are too long.
    #[response(status = 414, content_type = "application/problem+json")]
    Address(#[to_schema] Problem),
}

/// A body that is not understood, besides [`BadRequest`].
#[derive(IntoResponses)]
pub(crate) enum BadBody {
    /// The body took too long to arrive.
    #[response(status = 408, content_type = "application/problem+json")]
    TooSlow(#[to_schema] Problem),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(#[to_schema] Problem),
    /// The body is no JSON by its `Content-Type`.
    #[response(status = 415, content_type = "application/problem+json")]
    MediaType(#[to_schema] Problem),
}

/// A request that changes state and that another site sent.
#[derive(IntoResponses)]
pub(crate) enum CrossSite {
    /// A browser sent it for another site.
    #[response(status = 403, content_type = "application/problem+json")]
    Refused(#[to_schema] Problem),
}

/// What a write may meet.
#[derive(IntoResponses)]
pub(crate) enum Storage {
    /// The database's disk is full.
    #[response(status = 507, content_type = "application/problem+json")]
    Full(#[to_schema] Problem),
}

/// Nothing has this id.
#[derive(IntoResponses)]
pub(crate) enum NotFound {
    /// Nothing has this id.
    #[response(status = 404, content_type = "application/problem+json")]
    Absent(#[to_schema] Problem),
}
