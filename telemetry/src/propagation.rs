//! Which headers carry a trace's context between processes.

mod baggage;
mod headers;
mod trace_context;
mod trace_parent;
mod trace_state;

use opentelemetry::propagation::{TextMapCompositePropagator, TextMapPropagator};

use self::baggage::Baggage;
pub use self::headers::HeaderExtractor;
use self::trace_context::TraceContext;
use crate::config::{ConfigError, refused};

/// A format of the context's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagator {
    /// W3C `traceparent` and `tracestate`.
    TraceContext,
    /// W3C `baggage`.
    Baggage,
}

/// Reads the value of `OTEL_PROPAGATORS`; `none` alone turns propagation off.
pub(crate) fn parse(list: &str) -> Result<Vec<Propagator>, ConfigError> {
    let mut propagators = Vec::new();
    for name in list.split(',').map(str::trim) {
        let propagator = match name {
            "tracecontext" => Propagator::TraceContext,
            "baggage" => Propagator::Baggage,
            "none" if list.trim() == "none" => return Ok(Vec::new()),
            _ => {
                let expected = "expected a list of tracecontext and baggage, or none";
                return Err(refused("OTEL_PROPAGATORS", list, expected));
            }
        };
        if !propagators.contains(&propagator) {
            propagators.push(propagator);
        }
    }
    Ok(propagators)
}

/// One propagator for all of `chosen`.
#[must_use]
pub fn composite(chosen: &[Propagator]) -> TextMapCompositePropagator {
    let boxed = |propagator: &Propagator| -> Box<dyn TextMapPropagator + Send + Sync> {
        match propagator {
            Propagator::TraceContext => Box::new(TraceContext),
            Propagator::Baggage => Box::new(Baggage::default()),
        }
    };
    TextMapCompositePropagator::new(chosen.iter().map(boxed).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use opentelemetry::baggage::BaggageExt;
    use opentelemetry::trace::TraceContextExt;

    use super::*;

    fn extract(chosen: &[Propagator], headers: &[(&str, &str)]) -> opentelemetry::Context {
        let carrier: HashMap<String, String> =
            headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        composite(chosen).extract(&carrier)
    }

    #[test]
    fn both_formats_are_read() {
        let headers = [
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            ("baggage", "app.region=eu-west-1"),
        ];
        let cx = extract(&parse("tracecontext,baggage").unwrap(), &headers);
        let trace_id = cx.span().span_context().trace_id().to_string();
        assert_eq!(trace_id, "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(cx.baggage().get("app.region").unwrap().as_str(), "eu-west-1");

        let cx = extract(&parse("none").unwrap(), &headers);
        assert!(!cx.span().span_context().is_valid());
    }
}
