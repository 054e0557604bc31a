//! A span as it is recorded, before its export.

use std::borrow::Cow;

use api_types::{Timestamp, decimal};

use super::context::SpanContext;
use super::ids::SpanId;
use super::names;

/// Text that is either known at compile time or made for one span.
pub type Text = Cow<'static, str>;

/// The role of a span; the discriminant is OTLP's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Work inside the page.
    Internal = 1,
    /// A request that the page makes.
    Client = 3,
}

/// Where a span hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parent {
    /// It is the root of its trace.
    None,
    /// A span of this page.
    Local(SpanId),
    /// A span of another process.
    Remote(SpanId),
}

/// An attribute's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text; the encoder cuts it at [`TEXT_MAX_BYTES`](super::encode::TEXT_MAX_BYTES).
    Text(Text),
    /// A whole number.
    Int(i64),
}

/// One span. Times are nanoseconds since the Unix epoch.
#[derive(Clone, Debug)]
pub struct Span {
    /// Its identity.
    pub context: SpanContext,
    /// Where it hangs.
    pub parent: Parent,
    /// Its role.
    pub kind: Kind,
    /// Of low cardinality: route templates, never paths.
    pub name: Text,
    /// When it started.
    pub start_ns: u64,
    /// When it ended, not before its start.
    pub end_ns: u64,
    /// By name; each name occurs once.
    pub attributes: Vec<(&'static str, Value)>,
    /// Moments within it, in nanoseconds since the Unix epoch.
    pub events: Vec<(&'static str, u64)>,
    /// Status ERROR; otherwise the status is left unset.
    pub failed: bool,
}

impl Span {
    /// When it started, as the page shows times.
    #[must_use]
    pub fn started(&self) -> Timestamp {
        Timestamp::from_unix_micros(i64::try_from(self.start_ns / 1000).unwrap_or(i64::MAX))
    }

    /// Ends it, at its start if the clock was set back meanwhile.
    pub fn end(&mut self, end_ns: u64) {
        self.end_ns = end_ns.max(self.start_ns);
    }

    /// Adds a text.
    pub fn text(&mut self, name: &'static str, value: impl Into<Text>) {
        self.attributes.push((name, Value::Text(value.into())));
    }

    /// Adds a number.
    pub fn int(&mut self, name: &'static str, value: i64) {
        self.attributes.push((name, Value::Int(value)));
    }

    /// Marks the span as failed; `error_type` is a status code or an exception's name.
    pub fn fail(&mut self, error_type: impl Into<Text>) {
        self.failed = true;
        self.text(names::ERROR_TYPE, error_type);
    }

    /// Takes an HTTP answer in. Only 5xx is a failure: a refusal (4xx) is an answer.
    pub fn answered(&mut self, status: u16) {
        self.int(names::HTTP_RESPONSE_STATUS_CODE, i64::from(status));
        if status >= 500 {
            self.fail(decimal::text(status.into()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tracer::encode::tests::span;

    #[test]
    fn only_server_faults_fail_a_span() {
        for (status, failed) in [(201, false), (404, false), (429, false), (500, true)] {
            let mut span = span("GET /");
            span.attributes.clear();
            span.answered(status);
            assert_eq!(span.failed, failed, "{status}");
            let code = Value::Int(i64::from(status));
            assert!(span.attributes.contains(&(names::HTTP_RESPONSE_STATUS_CODE, code)));
            let kind = (names::ERROR_TYPE, Value::Text("500".into()));
            assert_eq!(span.attributes.contains(&kind), failed);
        }
    }
}
