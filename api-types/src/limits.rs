//! The bounds that the server enforces and the page shows while a person types.

/// Characters (Unicode scalar values) of a title after trimming.
pub const TITLE_MAX_CHARS: usize = 200;
/// Characters (Unicode scalar values) of a description.
pub const DESCRIPTION_MAX_CHARS: usize = 10_000;
/// Bytes of a request's path and query: what RFC 9110 (section 4.1) asks everybody to
/// support, and no more.
pub const URI_MAX_BYTES: usize = 8000;
/// Bytes of an API request's body.
pub const BODY_MAX_BYTES: usize = 64 * 1024;
/// Bytes of one OTLP request's body.
pub const OTLP_BODY_MAX_BYTES: usize = 256 * 1024;
/// Tasks in one answer when the caller does not say.
pub const LIST_DEFAULT: u32 = 100;
/// Tasks in one answer at the most.
pub const LIST_MAX: u32 = 1000;
