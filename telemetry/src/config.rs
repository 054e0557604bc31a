//! Settings from the environment.
//!
//! - `OTEL_SDK_DISABLED`: `true` records no spans and exports no log records; the JSON
//!   lines on stdout stay.
//! - `OTEL_PROPAGATORS`: a list of `tracecontext`, `baggage`, `none`.
//! - `OTEL_TRACES_EXPORTER`, `OTEL_LOGS_EXPORTER`: `otlp` or `none`.
//! - `OTEL_EXPORTER_OTLP_*`: where and how to send, see [`export`].
//! - `OTEL_BSP_*`, `OTEL_BLRP_*`: queue size, batch size and delay of the exporters.
//! - `RUST_LOG`: the filter of the log lines, `info` by default.
//!
//! The OpenTelemetry SDK reads `OTEL_TRACES_SAMPLER*`, `OTEL_SERVICE_NAME`,
//! `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SPAN_*_LIMIT` itself.

pub mod endpoint;
pub mod export;
pub mod tls;
mod vars;

use std::time::Duration;

use thiserror::Error;

use self::export::Export;
use self::vars::Vars;
use crate::propagation::{self, Propagator};

/// Everything that [`build`](crate::build()) wants to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// `service.name` where the environment names none.
    pub service_name: &'static str,
    /// `service.version`.
    pub service_version: &'static str,
    /// Spans and OTLP log records are on.
    pub enabled: bool,
    /// Which headers carry the context.
    pub propagators: Vec<Propagator>,
    /// The exporter of spans; `None` exports none.
    pub traces: Option<Export>,
    /// The exporter of log records; `None` exports none.
    pub logs: Option<Export>,
    /// The filter of log lines, in the syntax of `RUST_LOG`.
    pub log_filter: String,
}

/// A variable has a value that cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{variable}={value:?} is not usable: {expected}")]
pub struct ConfigError {
    /// The variable's name.
    pub variable: String,
    /// Its value; `[REDACTED]` where it may hold a credential.
    pub value: String,
    /// What would do.
    pub expected: String,
}

impl Config {
    /// Reads the process's environment.
    pub fn from_env(
        service_name: &'static str,
        service_version: &'static str,
    ) -> Result<Self, ConfigError> {
        Self::from_lookup(service_name, service_version, &|name| std::env::var(name).ok())
    }

    /// Reads variables through `lookup`. An empty value counts as none, as the
    /// OpenTelemetry specification asks.
    pub fn from_lookup(
        service_name: &'static str,
        service_version: &'static str,
        lookup: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let vars = |signal| Vars { lookup, signal };
        let var = |name: &str| vars("").get(name);
        let enabled =
            !var("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let propagators = propagation::parse(
            var("OTEL_PROPAGATORS").as_deref().unwrap_or("tracecontext,baggage"),
        )?;
        let traces = Export::from_vars(&vars("TRACES"), "BSP", Duration::from_secs(5))?;
        let logs = Export::from_vars(&vars("LOGS"), "BLRP", Duration::from_secs(1))?;
        Ok(Self {
            service_name,
            service_version,
            enabled,
            propagators,
            traces: traces.filter(|_| enabled),
            logs: logs.filter(|_| enabled),
            log_filter: var("RUST_LOG").unwrap_or_else(|| "info".to_owned()),
        })
    }
}

pub(crate) fn refused(variable: &str, value: &str, expected: &str) -> ConfigError {
    ConfigError {
        variable: variable.to_owned(),
        value: value.to_owned(),
        expected: expected.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_lookup("test", "0", &vars::fake(vars))
    }

    #[test]
    fn without_an_endpoint_nothing_is_exported() {
        let config = read(&[("OTEL_EXPORTER_OTLP_ENDPOINT", " ")]).unwrap();
        assert!(config.enabled);
        assert_eq!((config.traces, config.logs), (None, None));
        assert_eq!(config.propagators, [Propagator::TraceContext, Propagator::Baggage]);
    }

    #[test]
    fn each_exporter_can_be_left_out() {
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
        let config = read(&[endpoint, ("OTEL_TRACES_EXPORTER", "none")]).unwrap();
        assert!(config.traces.is_none() && config.logs.is_some());
        let config = read(&[endpoint, ("OTEL_SDK_DISABLED", "TRUE")]).unwrap();
        assert!(!config.enabled && config.traces.is_none() && config.logs.is_none());
        let config = read(&[("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://logs/v1/logs")]).unwrap();
        assert!(config.traces.is_none() && config.logs.is_some());
    }

    #[test]
    fn unusable_values_are_named() {
        for (name, value) in [
            ("OTEL_TRACES_EXPORTER", "zipkin"),
            ("OTEL_PROPAGATORS", "b3"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/xml"),
            ("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "thrift"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd"),
            ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "on"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s"),
            ("OTEL_EXPORTER_OTLP_LOGS_TIMEOUT", "0"),
            ("OTEL_BLRP_MAX_QUEUE_SIZE", "0"),
            ("OTEL_BSP_SCHEDULE_DELAY", "soon"),
        ] {
            let error =
                read(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c"), (name, value)]).unwrap_err();
            assert_eq!((error.variable.as_str(), error.value.as_str()), (name, value));
        }
    }
}
