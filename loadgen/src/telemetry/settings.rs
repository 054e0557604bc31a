//! Where the generator's spans go.
//!
//! - `OTEL_EXPORTER_OTLP_ENDPOINT` and the other standard variables, where they are set;
//! - the target's own intake, `/otlp`, otherwise: the embedded lab shows whole traces
//!   without a collector.
//! - `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`: the share of traces.

use telemetry::Config;
use telemetry::config::ConfigError;

use crate::target::Target;

/// `service.name` where the environment names none.
pub const SERVICE_NAME: &str = "lab-loadgen";

/// Spans in one request to the target's own intake, which takes 256 KiB of JSON.
const BATCH_SIZE: &str = "64";
/// Milliseconds that a span waits for others: somebody may look at its trace soon.
const DELAY_MS: &str = "1000";

/// The exporter's settings. Log records are not exported: the generator writes none.
pub fn from_env(target: &Target) -> Result<Config, ConfigError> {
    let lookup = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    from_lookup(target, &lookup)
}

fn from_lookup(
    target: &Target,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<Config, ConfigError> {
    let is_told = lookup("OTEL_EXPORTER_OTLP_ENDPOINT").is_some()
        || lookup("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").is_some();
    Config::from_lookup(SERVICE_NAME, env!("CARGO_PKG_VERSION"), &|name| match name {
        "OTEL_LOGS_EXPORTER" => Some("none".to_owned()),
        "RUST_LOG" => Some(lookup(name).unwrap_or_else(|| "warn".to_owned())),
        "OTEL_BSP_SCHEDULE_DELAY" if !is_told => {
            Some(lookup(name).unwrap_or_else(|| DELAY_MS.to_owned()))
        }
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE" if !is_told => Some(BATCH_SIZE.to_owned()),
        "OTEL_EXPORTER_OTLP_ENDPOINT" if !is_told => Some(format!("{}/otlp", target.url)),
        "OTEL_EXPORTER_OTLP_PROTOCOL" if !is_told => Some("http/json".to_owned()),
        _ => lookup(name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Config {
        let target = Target::find("http://127.0.0.1:8080", false).unwrap();
        from_lookup(&target, &|name| {
            vars.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
        .unwrap()
    }

    #[test]
    fn the_target_takes_spans_unless_a_collector_does() {
        let own = read(&[]).traces.unwrap();
        assert!(format!("{own:?}").contains("127.0.0.1:8080/otlp/v1/traces"), "{own:?}");
        let told = read(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")]);
        assert!(format!("{told:?}").contains("collector:4318"), "{told:?}");
        assert!(told.logs.is_none());
        assert!(read(&[("OTEL_SDK_DISABLED", "true")]).traces.is_none());
    }
}
