//! Panics as log lines.

use std::panic;

/// Logs each panic as one JSON line with the current span's ids, in place of the text
/// that the standard library prints to stderr.
pub(crate) fn log_panics() {
    panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or("a panic without a message");
        let location = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(
            target: "panic",
            { "exception.type" = "panic", "exception.message" = message, "code.location" = location },
            "A thread panicked: {message}"
        );
    }));
}
