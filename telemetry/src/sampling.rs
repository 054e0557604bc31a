//! The share of traces that `OTEL_TRACES_SAMPLER` asks for, for those who begin traces
//! elsewhere. The SDK reads the variables itself for its own.

/// The share that the process's environment asks for.
#[must_use]
pub fn ratio_from_env() -> f64 {
    ratio(&|name| std::env::var(name).ok())
}

/// A number from 0 to 1 from `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`; 1 for
/// whatever the SDK takes for "everything".
#[must_use]
pub fn ratio(lookup: &dyn Fn(&str) -> Option<String>) -> f64 {
    match lookup("OTEL_TRACES_SAMPLER").as_deref() {
        Some("always_off" | "parentbased_always_off") => 0.0,
        Some("traceidratio" | "parentbased_traceidratio") => lookup("OTEL_TRACES_SAMPLER_ARG")
            .and_then(|share| share.parse().ok())
            .filter(|share| (0.0..=1.0).contains(share))
            .unwrap_or(1.0),
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samplers_share_is_read() {
        for (sampler, share, expected) in [
            (None, None, 1.0),
            (Some("always_on"), None, 1.0),
            (Some("parentbased_always_off"), None, 0.0),
            (Some("traceidratio"), Some("0.25"), 0.25),
            (Some("parentbased_traceidratio"), Some("0"), 0.0),
            (Some("traceidratio"), Some("7"), 1.0),
            (Some("traceidratio"), Some("NaN"), 1.0),
            (Some("traceidratio"), None, 1.0),
        ] {
            let ratio = ratio(&|name| {
                let value = if name.ends_with("_ARG") { share } else { sampler };
                value.map(str::to_owned)
            });
            assert_eq!(f64::to_bits(ratio), f64::to_bits(expected), "{sampler:?} {share:?}");
        }
    }
}
