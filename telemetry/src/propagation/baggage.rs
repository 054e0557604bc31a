//! W3C `baggage`.

use opentelemetry::Context;
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry_sdk::propagation::BaggagePropagator;
use percent_encoding::percent_decode_str;

const BAGGAGE: &str = "baggage";
/// What everybody is to carry, and what is read here at the most (W3C Baggage, section
/// 3.3.2).
const MAX_MEMBERS: usize = 64;
/// Bytes of all members together, commas included; see [`MAX_MEMBERS`].
const MAX_BYTES: usize = 8192;

/// The SDK's propagator behind a sieve. On its own the SDK writes the whole header into
/// a warning for each member that is malformed: a client could fill the log with 64
/// copies of what it likes, and a secret in its baggage would be in there. It also reads
/// the first of several headers alone.
#[derive(Debug, Default)]
pub(super) struct Baggage(BaggagePropagator);

impl TextMapPropagator for Baggage {
    fn inject_context(&self, cx: &Context, injector: &mut dyn Injector) {
        self.0.inject_context(cx, injector);
    }

    fn extract_with_context(&self, cx: &Context, extractor: &dyn Extractor) -> Context {
        let Some(headers) = extractor.get_all(BAGGAGE) else {
            return cx.clone();
        };
        self.0.extract_with_context(cx, &Sieved(sieve(&headers)))
    }

    fn fields(&self) -> FieldIter<'_> {
        self.0.fields()
    }
}

/// The well-formed members of all headers, within the limits.
fn sieve(headers: &[&str]) -> String {
    let mut text = String::new();
    let members = headers.iter().flat_map(|header| header.split(',')).map(str::trim);
    for member in members.filter(|member| is_well_formed(member)).take(MAX_MEMBERS) {
        if text.len() + 1 + member.len() > MAX_BYTES {
            break;
        }
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(member);
    }
    text
}

/// `key = value`, and properties after semicolons; the value is UTF-8 behind its
/// percent-encoding.
fn is_well_formed(member: &str) -> bool {
    let pair = member.split_once(';').map_or(member, |(pair, _)| pair);
    let Some((key, value)) = pair.split_once('=') else {
        return false;
    };
    let key = key.trim();
    !key.is_empty()
        && key.bytes().all(|byte| byte.is_ascii_graphic())
        && percent_decode_str(key).decode_utf8().is_ok()
        && percent_decode_str(value).decode_utf8().is_ok()
}

struct Sieved(String);

impl Extractor for Sieved {
    fn get(&self, key: &str) -> Option<&str> {
        (key == BAGGAGE && !self.0.is_empty()).then_some(self.0.as_str())
    }

    fn keys(&self) -> Vec<&str> {
        vec![BAGGAGE]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_all_headers_are_kept() {
        assert_eq!(sieve(&["a=1, b = 2;p=1", "c=%C3%A9,d=e=f"]), "a=1,b = 2;p=1,c=%C3%A9,d=e=f");
        assert_eq!(sieve(&[]), "");
    }

    #[test]
    fn malformed_members_are_left_out() {
        for member in ["", "a", "=", "=1", "é=1", "a b=1", "a=%FF", "%FF=1", ";a=1"] {
            assert_eq!(sieve(&[member]), "", "{member}");
            assert_eq!(sieve(&["a=1", member, "b=2"]), "a=1,b=2", "{member}");
        }
    }

    #[test]
    fn the_limits_of_the_specification_hold() {
        let many: Vec<_> = (10..80).map(|at| format!("k={at}")).collect();
        let kept = sieve(&[&many.join(",")]);
        assert_eq!((kept.split(',').count(), kept.ends_with("k=73")), (64, true));
        let large = format!("a={}", "x".repeat(4000));
        assert_eq!(sieve(&[&[large.as_str(); 3].join(",")]).len(), 2 * large.len() + 1);
    }
}
