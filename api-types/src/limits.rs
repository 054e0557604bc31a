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
/// Bytes of one notification from Alertmanager.
pub const ALERTS_BODY_MAX_BYTES: usize = 256 * 1024;
/// Alerts in one notification, and alerts that are kept while they fire.
pub const ALERTS_MAX: usize = 100;
/// Labels of an alert; more are left out.
pub const LABELS_MAX: usize = 32;
/// Characters of an alert's texts; the rest is cut off.
pub const ALERT_TEXT_MAX_CHARS: usize = 1000;
/// Tasks on the page before somebody asks for more.
pub const LIST_SHOWN: u32 = 25;
/// How often the page looks for the spans of a trace before it says what is missing.
pub const TRACE_LOOKS: usize = 7;
