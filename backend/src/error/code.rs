//! The stable names of everything that can go wrong, each with its status and its
//! meaning: the one list in code. `docs/API.md` repeats it, and a test compares the two.

use std::fmt;

use axum::http::StatusCode;

macro_rules! codes {
    ($($name:ident $text:literal $status:ident $meaning:literal)*) => {
        /// What went wrong, for programs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $meaning] $name,)*
        }

        impl Code {
            /// Every code, by status.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name, which never changes.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The status that it comes with.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// What it says, in a sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }
        }
    };
}

codes! {
    BodyUnreadable "body_unreadable" BAD_REQUEST
        "The body ended early or could not be read."
    DelayOutOfRange "delay_out_of_range" BAD_REQUEST
        "`delay` is no number of seconds from 0 to 30."
    DescriptionTooLong "description_too_long" BAD_REQUEST
        "The description has more than 10 000 characters."
    InvalidBody "invalid_body" BAD_REQUEST
        "The body is JSON of the wrong shape: a field is missing, unknown, given twice or of another type."
    InvalidCursor "invalid_cursor" BAD_REQUEST
        "`after` is nothing that `next` of a page could have said."
    InvalidQuery "invalid_query" BAD_REQUEST
        "A parameter of the query is unknown, given twice or of another type."
    InvalidSyntheticId "invalid_synthetic_id" BAD_REQUEST
        "The id of synthetic traffic has other characters than letters, digits, dashes and underscores, or more than 64."
    InvalidTaskId "invalid_task_id" BAD_REQUEST
        "The id in the path is no positive whole number of 64 bits."
    InvalidTraceId "invalid_trace_id" BAD_REQUEST
        "The id in the path is not 32 lower-case hexadecimal digits, or all of them are 0."
    LimitOutOfRange "limit_out_of_range" BAD_REQUEST
        "`limit` is not from 1 to 1000."
    MalformedJson "malformed_json" BAD_REQUEST
        "The body is no JSON, or holds half of a surrogate pair."
    NulCharacter "nul_character" BAD_REQUEST
        "A text holds U+0000, which PostgreSQL cannot store."
    OpsOutOfRange "ops_out_of_range" BAD_REQUEST
        "`ops` is not from 1 to 10 000."
    TitleEmpty "title_empty" BAD_REQUEST
        "Nothing is left of the title when it is trimmed."
    TitleTooLong "title_too_long" BAD_REQUEST
        "The title has more than 200 characters."
    UnknownSmokeType "unknown_smoke_type" BAD_REQUEST
        "`type` is not `read`, `write` or `rw`."
    CrossSite "cross_site" FORBIDDEN
        "A browser sent a request that changes something for another site."
    RouteNotFound "route_not_found" NOT_FOUND
        "Nothing is at this path; a slash at its end makes another path."
    TaskNotFound "task_not_found" NOT_FOUND
        "No task has this id."
    TraceNotFound "trace_not_found" NOT_FOUND
        "No span of this trace is kept: too old, not sampled or yet to arrive."
    MethodNotAllowed "method_not_allowed" METHOD_NOT_ALLOWED
        "The path knows other methods; `Allow` names them."
    BodyTimeout "body_timeout" REQUEST_TIMEOUT
        "The body took too long to arrive."
    BodyTooLarge "body_too_large" PAYLOAD_TOO_LARGE
        "The body is larger than 64 KiB, or 256 KiB for telemetry."
    UriTooLong "uri_too_long" URI_TOO_LONG
        "Path and query have more than 8000 bytes."
    UnsupportedMediaType "unsupported_media_type" UNSUPPORTED_MEDIA_TYPE
        "`Content-Type` names another media type than this path reads, or none."
    DatabaseError "database_error" INTERNAL_SERVER_ERROR
        "The database refused a statement."
    InternalError "internal_error" INTERNAL_SERVER_ERROR
        "Something happened that nobody expected."
    SimulatedError "simulated_error" INTERNAL_SERVER_ERROR
        "The error that `/api/simulate-error` is for."
    DatabaseReadOnly "database_read_only" SERVICE_UNAVAILABLE
        "The database can only be read at the moment; nothing was changed."
    DatabaseUnavailable "database_unavailable" SERVICE_UNAVAILABLE
        "The database does not answer. A connection that broke in the middle of a write leaves open whether it was done: look before you repeat it."
    IntakeFull "intake_full" SERVICE_UNAVAILABLE
        "Telemetry arrives faster than it can be forwarded."
    Overloaded "overloaded" SERVICE_UNAVAILABLE
        "Too many requests are under way."
    RequestTimeout "request_timeout" SERVICE_UNAVAILABLE
        "The request took too long and was given up."
    StorageFull "storage_full" INSUFFICIENT_STORAGE
        "The database's disk is full; nothing was changed."
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
