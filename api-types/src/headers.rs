//! Header names, lower case as HTTP/2 sends them.

/// W3C Trace Context: the caller's trace and span.
pub const TRACEPARENT: &str = "traceparent";
/// W3C Server Timing; its `traceparent` entry names the page's server span, so that
/// the browser's documentLoad can join that trace.
pub const SERVER_TIMING: &str = "server-timing";
/// The original lab's client names the operation that it performs: the server span's
/// `app.operation`, where it has the form of a name.
pub const X_OPERATION: &str = "x-operation";
/// How synthetic traffic was generated, one of [`MODES`](crate::synthetic::MODES).
pub const X_TRAFFIC_MODE: &str = "x-traffic-mode";
/// The media type of an error body (RFC 9457).
pub const PROBLEM_JSON: &str = "application/problem+json";
