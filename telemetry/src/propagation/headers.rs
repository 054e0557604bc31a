//! The headers of an HTTP request as a propagator reads them.

use http::{HeaderMap, HeaderValue};
use opentelemetry::propagation::Extractor;

/// What a value that is no visible ASCII becomes: no format accepts it.
const UNREADABLE: &str = "\u{fffd}";

/// Reads propagated context from headers. Unlike the extractor of `opentelemetry-http`
/// it does not pass over values that are no text: a second, unreadable `traceparent`
/// still makes two of them.
#[derive(Debug)]
pub struct HeaderExtractor<'h>(pub &'h HeaderMap);

impl Extractor for HeaderExtractor<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(text)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }

    fn get_all(&self, key: &str) -> Option<Vec<&str>> {
        let values: Vec<_> = self.0.get_all(key).iter().map(text).collect();
        (!values.is_empty()).then_some(values)
    }
}

fn text(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or(UNREADABLE)
}
