//! How one signal is sent (OpenTelemetry specification, "OpenTelemetry Protocol
//! Exporter" and "Batch Span Processor").
//!
//! Each variable has a form for spans and one for log records, which win over the
//! general one: `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL`, `OTEL_EXPORTER_OTLP_LOGS_PROTOCOL`,
//! `OTEL_EXPORTER_OTLP_PROTOCOL` and so on.
//! - `_ENDPOINT`, `_HEADERS`, `_INSECURE`: where to, see [`endpoint`](super::endpoint).
//!   Unlike the specification's default of `localhost`, no endpoint means that nothing
//!   connects anywhere.
//! - `_PROTOCOL`: `http/protobuf` (default), `http/json` or `grpc`.
//! - `_COMPRESSION`: `none` (default) or `gzip`.
//! - `_TIMEOUT`: milliseconds for a batch, retries included; 10000.
//! - `_CERTIFICATE`, `_CLIENT_CERTIFICATE`, `_CLIENT_KEY`: see [`tls`](super::tls).

use std::time::Duration;

use super::ConfigError;
use super::endpoint::Endpoint;
use super::tls::TlsFiles;
use super::vars::Vars;

/// Items that wait at the most where nobody says otherwise: eight times the
/// specification's 2048, which a busy second fills.
const QUEUE_SIZE: u32 = 16_384;
/// Items in one request where nobody says otherwise: the specification's number. Larger
/// batches cost no less for an item and hold a processor for longer (ADR 0025), and gRPC
/// servers take 4 MiB by default: items that a client made as large as it can may not
/// cost the whole batch.
const BATCH_SIZE: u32 = 512;

/// Where and how one signal is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Where.
    pub endpoint: Endpoint,
    /// The encoding and what carries it.
    pub protocol: Protocol,
    /// How messages are made smaller.
    pub compression: Compression,
    /// How long a batch may take, retries included.
    pub timeout: Duration,
    /// Certificates of our own choice.
    pub tls: TlsFiles,
    /// Items that wait at the most; more are dropped and counted.
    pub queue_size: usize,
    /// Items in one request at the most.
    pub batch_size: usize,
    /// How long an item waits for others.
    pub delay: Duration,
}

/// An encoding of OTLP with what carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `http/protobuf`.
    HttpProtobuf,
    /// `http/json`.
    HttpJson,
    /// `grpc`.
    Grpc,
}

/// How messages are made smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
}

impl Export {
    /// The exporter of `vars`'s signal, if it is to export. `batch` is the middle of the
    /// names of its queue's variables, `delay` that queue's default.
    pub(super) fn from_vars(
        vars: &Vars<'_>,
        batch: &str,
        delay: Duration,
    ) -> Result<Option<Self>, ConfigError> {
        match vars.find(format!("OTEL_{}_EXPORTER", vars.signal)) {
            Some(choice) if choice.value == "none" => return Ok(None),
            Some(choice) if choice.value != "otlp" => {
                return Err(choice.refuse("expected otlp or none"));
            }
            _ => {}
        }
        let protocol = protocol(vars)?;
        let Some(endpoint) = Endpoint::from_vars(vars, protocol)? else {
            return Ok(None);
        };
        let timeout = vars.otlp("TIMEOUT").map_or(Ok(10_000), |found| found.number())?;
        let number = |name: &str, default| {
            let found = vars.find(format!("OTEL_{batch}_{name}"));
            found.map_or(Ok(default), |found| found.number::<u32>())
        };
        let default_delay = u32::try_from(delay.as_millis()).unwrap_or(u32::MAX);
        let queue_size = number("MAX_QUEUE_SIZE", QUEUE_SIZE)?;
        let batch_size = number("MAX_EXPORT_BATCH_SIZE", BATCH_SIZE)?;
        let delay = number("SCHEDULE_DELAY", default_delay)?;
        Ok(Some(Self {
            endpoint,
            protocol,
            compression: compression(vars)?,
            timeout: Duration::from_millis(timeout),
            tls: TlsFiles::from_vars(vars)?,
            queue_size: queue_size as usize,
            batch_size: batch_size.min(queue_size) as usize,
            delay: Duration::from_millis(delay.into()),
        }))
    }
}

fn protocol(vars: &Vars<'_>) -> Result<Protocol, ConfigError> {
    let Some(found) = vars.otlp("PROTOCOL") else {
        return Ok(Protocol::HttpProtobuf);
    };
    match found.value.to_ascii_lowercase().as_str() {
        "http/protobuf" => Ok(Protocol::HttpProtobuf),
        "http/json" => Ok(Protocol::HttpJson),
        "grpc" => Ok(Protocol::Grpc),
        _ => Err(found.refuse("expected http/protobuf, http/json or grpc")),
    }
}

fn compression(vars: &Vars<'_>) -> Result<Compression, ConfigError> {
    let Some(found) = vars.otlp("COMPRESSION") else {
        return Ok(Compression::None);
    };
    match found.value.to_ascii_lowercase().as_str() {
        "none" => Ok(Compression::None),
        "gzip" => Ok(Compression::Gzip),
        _ => Err(found.refuse("expected gzip or none")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::super::vars::fake;
    use super::*;

    fn read(vars: &[(&str, &str)]) -> (Export, Export) {
        let endpoint = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")];
        let vars = [&endpoint, vars].concat();
        let config = Config::from_lookup("test", "0", &fake(&vars)).unwrap();
        (config.traces.unwrap(), config.logs.unwrap())
    }

    #[test]
    fn an_endpoint_is_enough() {
        let (traces, logs) = read(&[]);
        assert_eq!(
            (traces.protocol, traces.compression),
            (Protocol::HttpProtobuf, Compression::None)
        );
        assert_eq!(traces.timeout, Duration::from_secs(10));
        assert_eq!((traces.queue_size, traces.batch_size), (16_384, 512));
        assert_eq!((traces.delay, logs.delay), (Duration::from_secs(5), Duration::from_secs(1)));
    }

    #[test]
    fn the_signals_own_variables_win() {
        let (traces, logs) = read(&[
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "GRPC"),
            ("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "http/json"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", " gzip "),
            ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "none"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "700"),
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "90"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "100"),
            ("OTEL_BSP_SCHEDULE_DELAY", "7"),
            ("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "3"),
        ]);
        assert_eq!((traces.protocol, logs.protocol), (Protocol::Grpc, Protocol::HttpJson));
        assert_eq!((traces.compression, logs.compression), (Compression::None, Compression::Gzip));
        let millis = Duration::from_millis;
        assert_eq!((traces.timeout, logs.timeout), (millis(90), millis(700)));
        assert_eq!((traces.queue_size, traces.batch_size), (100, 100));
        assert_eq!((logs.queue_size, logs.batch_size), (16_384, 3));
        assert_eq!(traces.delay, millis(7));
    }
}
