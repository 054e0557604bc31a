//! Settings from the environment.
//!
//! The OpenTelemetry SDK and its exporter read most of `OTEL_*` themselves
//! (`OTEL_EXPORTER_OTLP_*`, `OTEL_TRACES_SAMPLER*`, `OTEL_SERVICE_NAME`,
//! `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_SPAN_*_LIMIT`). These are read here:
//! - `OTEL_SDK_DISABLED`: `true` records no spans and exports no log records; the JSON
//!   lines on stdout stay.
//! - `OTEL_PROPAGATORS`: a list of `tracecontext`, `baggage`, `none`.
//! - `OTEL_TRACES_EXPORTER`, `OTEL_LOGS_EXPORTER`: `otlp` or `none`.
//! - `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_HEADERS` and their `_TRACES_`,
//!   `_LOGS_` forms: where to send, and whether to export at all. Unlike the specification's default of `localhost:4318`, no endpoint means
//!   that nothing connects anywhere.
//! - `OTEL_EXPORTER_OTLP_PROTOCOL`: only `http/protobuf` so far.
//! - `OTEL_BSP_*`, `OTEL_BLRP_*`: queue size, batch size and delay of the exporters.
//! - `RUST_LOG`: the filter of the log lines, `info` by default.

use std::time::Duration;

use thiserror::Error;

use crate::endpoint::Endpoint;
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

/// Where and how one signal is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Where. The exporter reads the same variables itself; what is forwarded for
    /// clients goes here.
    pub endpoint: Endpoint,
    /// Items that wait at the most; more are dropped and counted.
    pub queue_size: usize,
    /// Items in one request at the most.
    pub batch_size: usize,
    /// How long an item waits for others.
    pub delay: Duration,
}

/// A variable has a value that cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{variable}={value:?} is not usable: {expected}")]
pub struct ConfigError {
    /// The variable's name.
    pub variable: String,
    /// Its value.
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
        let var = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
        let enabled =
            !var("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let propagators = propagation::parse(
            var("OTEL_PROPAGATORS").as_deref().unwrap_or("tracecontext,baggage"),
        )?;
        let traces = exporter(&var, "TRACES", "BSP", Duration::from_secs(5))?;
        let logs = exporter(&var, "LOGS", "BLRP", Duration::from_secs(1))?;
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

pub(crate) type Var<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The exporter of one signal, if it is to export.
fn exporter(
    var: Var<'_>,
    signal: &str,
    prefix: &str,
    delay: Duration,
) -> Result<Option<Export>, ConfigError> {
    let choice = format!("OTEL_{signal}_EXPORTER");
    match var(&choice).as_deref() {
        None | Some("otlp") => {}
        Some("none") => return Ok(None),
        Some(other) => return Err(refused(&choice, other, "expected otlp or none")),
    }
    let signal_protocol = format!("OTEL_EXPORTER_OTLP_{signal}_PROTOCOL");
    for name in [signal_protocol.as_str(), "OTEL_EXPORTER_OTLP_PROTOCOL"] {
        match var(name).as_deref() {
            None => {}
            Some("http/protobuf") => break,
            Some(other) => return Err(refused(name, other, "only http/protobuf is supported")),
        }
    }
    let Some(endpoint) = Endpoint::from_vars(var, signal) else {
        return Ok(None);
    };
    let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
    let queue_size = number(var, &format!("OTEL_{prefix}_MAX_QUEUE_SIZE"), 16_384)?;
    let batch_size = number(var, &format!("OTEL_{prefix}_MAX_EXPORT_BATCH_SIZE"), 2_048)?;
    let delay =
        Duration::from_millis(number(var, &format!("OTEL_{prefix}_SCHEDULE_DELAY"), delay_ms)?);
    Ok(Some(Export { endpoint, queue_size, batch_size: batch_size.min(queue_size), delay }))
}

/// A positive number, or the default.
fn number<N>(var: Var<'_>, name: &str, default: N) -> Result<N, ConfigError>
where
    N: std::str::FromStr + PartialOrd + From<u8>,
{
    match var(name) {
        None => Ok(default),
        Some(text) => text
            .trim()
            .parse()
            .ok()
            .filter(|value| *value >= N::from(1))
            .ok_or_else(|| refused(name, &text, "expected a positive whole number")),
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
        Config::from_lookup("test", "0", &|name| {
            vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn without_an_endpoint_nothing_is_exported() {
        let config = read(&[("OTEL_EXPORTER_OTLP_ENDPOINT", " ")]).unwrap();
        assert!(config.enabled);
        assert_eq!((config.traces, config.logs), (None, None));
        assert_eq!(config.propagators, [Propagator::TraceContext, Propagator::Baggage]);
    }

    #[test]
    fn an_endpoint_turns_both_exporters_on() {
        let config = read(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "100"),
            ("OTEL_BSP_SCHEDULE_DELAY", "7"),
        ])
        .unwrap();
        let traces = config.traces.unwrap();
        assert_eq!((traces.queue_size, traces.batch_size), (100, 100));
        assert_eq!(traces.delay, Duration::from_millis(7));
        assert_eq!(config.logs.unwrap().queue_size, 16_384);
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
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "http/json"),
            ("OTEL_PROPAGATORS", "b3"),
            ("OTEL_BLRP_MAX_QUEUE_SIZE", "0"),
            ("OTEL_BSP_SCHEDULE_DELAY", "soon"),
        ] {
            let error =
                read(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c"), (name, value)]).unwrap_err();
            assert_eq!((error.variable.as_str(), error.value.as_str()), (name, value));
        }
    }
}
