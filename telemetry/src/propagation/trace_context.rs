//! W3C `traceparent`, to the letter.

use opentelemetry::Context;
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry_sdk::propagation::TraceContextPropagator;

const TRACEPARENT: &str = "traceparent";

/// The SDK's propagator behind a check of the header's form: on its own the SDK takes
/// ids that are too short and the first of several headers, where the specification
/// says to start a new trace (W3C Trace Context, section 3.2.2).
#[derive(Debug, Default)]
pub(super) struct TraceContext(TraceContextPropagator);

impl TextMapPropagator for TraceContext {
    fn inject_context(&self, cx: &Context, injector: &mut dyn Injector) {
        self.0.inject_context(cx, injector);
    }

    fn extract_with_context(&self, cx: &Context, extractor: &dyn Extractor) -> Context {
        match extractor.get_all(TRACEPARENT).as_deref() {
            Some([header]) if is_well_formed(header.trim().as_bytes()) => {
                self.0.extract_with_context(cx, extractor)
            }
            _ => cx.clone(),
        }
    }

    fn fields(&self) -> FieldIter<'_> {
        self.0.fields()
    }
}

/// `version "-" trace-id "-" parent-id "-" trace-flags` in lower-case hexadecimal, with
/// more fields only in a version that is yet to come.
fn is_well_formed(header: &[u8]) -> bool {
    let Some((head, rest)) = header.split_at_checked(55) else {
        return false;
    };
    let dashes = [2, 35, 52];
    let head_ok = head.iter().enumerate().all(|(at, byte)| {
        if dashes.contains(&at) { *byte == b'-' } else { matches!(byte, b'0'..=b'9' | b'a'..=b'f') }
    });
    let rest_ok = match &head[..2] {
        b"ff" => false,
        b"00" => rest.is_empty(),
        _ => rest.first().is_none_or(|byte| *byte == b'-'),
    };
    head_ok && rest_ok
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::TraceContextExt;

    use super::*;

    struct Headers<'h>(&'h [&'h str]);

    impl Extractor for Headers<'_> {
        fn get(&self, key: &str) -> Option<&str> {
            self.get_all(key)?.first().copied()
        }

        fn keys(&self) -> Vec<&str> {
            vec![TRACEPARENT]
        }

        fn get_all(&self, key: &str) -> Option<Vec<&str>> {
            (key == TRACEPARENT && !self.0.is_empty()).then(|| self.0.to_vec())
        }
    }

    fn joins(headers: &[&str]) -> bool {
        let cx = TraceContext::default().extract(&Headers(headers));
        cx.span().span_context().is_valid()
    }

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn well_formed_headers_join() {
        assert!(joins(&[GOOD]));
        assert!(joins(&["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"]));
        assert!(joins(&["cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-later"]));
        assert!(joins(&["cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"]));
    }

    #[test]
    fn all_others_start_a_new_trace() {
        for header in [
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-01",
            "0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.x",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333é-1",
            "garbage",
            "",
        ] {
            assert!(!joins(&[header]), "{header}");
        }
        assert!(!joins(&[GOOD, GOOD]));
        assert!(!joins(&[]));
    }
}
