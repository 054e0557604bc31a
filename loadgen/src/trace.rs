//! The trace context of requests.

use std::fmt::Write as _;

use http::HeaderValue;

/// Gives every request the ids of a trace of its own. The ids differ from run to run, so
/// that two runs of one seed never share a trace.
#[derive(Clone, Copy, Debug)]
pub struct Ids {
    run: u64,
    /// Traces whose lower half is below this are sampled.
    bound: u64,
}

/// The ids of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanIds {
    /// The trace.
    pub trace_id: u128,
    /// The request's span, the trace's root.
    pub span_id: u64,
    /// Whether the trace is recorded.
    pub is_sampled: bool,
}

impl Ids {
    /// For a run of this number that samples a share of its traces, 0 to 1.
    #[must_use]
    pub fn new(run: u64, ratio: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "saturates at both ends, which is right"
        )]
        let bound = (ratio.clamp(0.0, 1.0) * u64::MAX as f64) as u64;
        // Neither half of a trace id may be zero alone: all zeros is no id.
        Self { run: run.max(1), bound }
    }

    /// The ids of the request of that number.
    #[must_use]
    pub fn of(&self, number: u64) -> SpanIds {
        let low = mix(self.run ^ mix(number));
        SpanIds {
            trace_id: u128::from(self.run) << 64 | u128::from(low),
            span_id: mix(low).max(1),
            is_sampled: low < self.bound || self.bound == u64::MAX,
        }
    }

    /// A name for the run, 8 hexadecimal digits.
    #[must_use]
    pub fn run(&self) -> String {
        format!("{:08x}", self.run >> 32)
    }
}

impl SpanIds {
    /// The W3C header.
    #[must_use]
    pub fn traceparent(&self) -> HeaderValue {
        let mut text = [0u8; 55];
        text[..3].copy_from_slice(b"00-");
        hex(&mut text[3..35], self.trace_id);
        text[35] = b'-';
        hex(&mut text[36..52], u128::from(self.span_id));
        text[52..].copy_from_slice(if self.is_sampled { b"-01" } else { b"-00" });
        HeaderValue::from_bytes(&text).unwrap_or_else(|_| unreachable!("digits and dashes"))
    }
}

/// A trace id as people copy it: 32 hexadecimal digits.
#[must_use]
pub fn trace_id(id: u128) -> String {
    let mut text = String::with_capacity(32);
    // Writing to a string does not fail.
    let _ = write!(text, "{id:032x}");
    text
}

fn hex(out: &mut [u8], number: u128) {
    let mut left = number;
    for digit in out.iter_mut().rev() {
        *digit = b"0123456789abcdef"[usize::try_from(left & 15).unwrap_or(0)];
        left >>= 4;
    }
}

/// The finaliser of `SplitMix64`: neighbours get numbers that have nothing in common.
#[must_use]
pub fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_header_is_the_standards() {
        let ids = SpanIds {
            trace_id: 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c,
            span_id: 0xb7ad_6b71_6920_3331,
            is_sampled: true,
        };
        assert_eq!(ids.traceparent(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        assert_eq!(trace_id(ids.trace_id), "0af7651916cd43dd8448eb211c80319c");
        let off = SpanIds { is_sampled: false, ..ids };
        assert!(off.traceparent().to_str().unwrap().ends_with("-00"));
    }

    #[test]
    fn ids_are_unique_and_sampled_at_their_ratio() {
        let ids = Ids::new(42, 0.25);
        let all: Vec<_> = (0..10_000).map(|number| ids.of(number)).collect();
        let sampled = all.iter().filter(|ids| ids.is_sampled).count();
        assert!((2_300..2_700).contains(&sampled), "{sampled}");
        let traces: BTreeSet<_> = all.iter().map(|ids| ids.trace_id).collect();
        let spans: BTreeSet<_> = all.iter().map(|ids| ids.span_id).collect();
        assert_eq!((traces.len(), spans.len()), (10_000, 10_000));
        assert!((0..1_000).all(|number| Ids::new(1, 1.0).of(number).is_sampled));
        assert!((0..1_000).all(|number| !Ids::new(1, 0.0).of(number).is_sampled));
    }
}
