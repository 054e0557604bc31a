//! What travels between services: W3C Trace Context's `traceparent`.

use super::ids::{IdPool, SpanId, TraceId, parse_hex};
use super::sampling::Ratio;

/// A span as its children, here or in another service, refer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanContext {
    /// The trace that it belongs to.
    pub trace_id: TraceId,
    /// The span itself.
    pub span_id: SpanId,
    /// Whether the trace is recorded; an unsampled one is not exported.
    pub sampled: bool,
}

impl SpanContext {
    /// The root of a new trace, recorded or not as `ratio` says.
    #[must_use]
    pub fn root(ids: &mut IdPool, ratio: Ratio) -> Self {
        let trace_id = ids.trace_id();
        Self { trace_id, span_id: ids.span_id(), sampled: ratio.samples(trace_id) }
    }

    /// A new span of the same trace.
    #[must_use]
    pub fn child(self, ids: &mut IdPool) -> Self {
        Self { span_id: ids.span_id(), ..self }
    }

    /// The header's value, version 00: `00-{trace id}-{span id}-{flags}`.
    #[must_use]
    pub fn traceparent(&self) -> String {
        let mut header = String::from("00-");
        header.push_str(&self.trace_id.to_hex());
        header.push('-');
        header.push_str(&self.span_id.to_hex());
        header.push_str(if self.sampled { "-01" } else { "-00" });
        header
    }

    /// Reads a header's value. Later versions may append fields (W3C Trace Context
    /// §3.2.2.1, "versioning"); `None` for anything that is malformed.
    #[must_use]
    pub fn parse(traceparent: &str) -> Option<Self> {
        let mut fields = traceparent.as_bytes().split(|byte| *byte == b'-');
        let (mut version, mut flags) = ([0], [0]);
        let (mut trace_id, mut span_id) = (TraceId([0; 16]), SpanId([0; 8]));
        parse_hex(fields.next()?, &mut version)?;
        parse_hex(fields.next()?, &mut trace_id.0)?;
        parse_hex(fields.next()?, &mut span_id.0)?;
        parse_hex(fields.next()?, &mut flags)?;
        let well_formed = version != [0xff]
            && (version != [0] || fields.next().is_none())
            && trace_id != TraceId([0; 16])
            && span_id != SpanId([0; 8]);
        well_formed.then_some(Self { trace_id, span_id, sampled: flags[0] & 1 == 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn the_specifications_example_reads_back() {
        let context = SpanContext::parse(EXAMPLE).unwrap();
        assert!(context.sampled);
        assert_eq!(context.trace_id.to_hex(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(context.traceparent(), EXAMPLE);
        let unsampled = EXAMPLE.replace("-01", "-00");
        assert_eq!(SpanContext::parse(&unsampled).unwrap().traceparent(), unsampled);
    }

    #[test]
    fn later_versions_may_append() {
        let later = EXAMPLE.replacen("00-", "01-", 1) + "-more";
        assert!(SpanContext::parse(&later).is_some());
    }

    #[test]
    fn malformed_values_are_refused() {
        for text in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b7-01",
        ] {
            assert_eq!(SpanContext::parse(text), None, "{text}");
        }
    }
}
