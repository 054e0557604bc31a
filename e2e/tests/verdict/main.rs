//! What well-known judges say of the page. Apart from the other browser tests, which would
//! take the processor from a page whose speed is measured.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

mod accessible;
mod lighthouse;
mod many;

/// One browser at a time.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
