//! Connections to OTLP endpoints.

mod client;
mod io_thread;
mod tls;

use std::fmt;
use std::future::Future;

use http::HeaderMap;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use opentelemetry_otlp::{WithExportConfig, WithHttpConfig, WithTonicConfig};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::runtime::Handle;
use tokio::time::timeout;
use tonic::metadata::MetadataMap;
use tonic::transport::{Channel, Endpoint};

use crate::build::BuildError;
use crate::chain::error_chain;
use crate::config::Config;
use crate::config::export::{Compression, Export, Protocol};

pub(crate) use client::HttpClient;
pub(crate) use io_thread::IoThread;
pub use tls::TlsError;

/// The ways of all signals, with the thread that works on them if there is one.
pub(crate) struct Links {
    pub(crate) traces: Option<Link>,
    pub(crate) logs: Option<Link>,
    pub(crate) io: Option<IoThread>,
}

/// A signal's way to its endpoint, for what this process records and for what it
/// forwards. Nothing connects before there is something to send.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) export: Export,
    pub(crate) transport: Transport,
    io: Handle,
}

#[derive(Clone)]
pub(crate) enum Transport {
    Http(HttpClient),
    Grpc(Channel),
}

/// Why something was not sent, in words.
#[derive(Debug)]
pub(crate) struct SendError(pub(crate) String);

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Links {
    pub(crate) fn open(config: &Config) -> Result<Self, BuildError> {
        let exports = config.traces.is_some() || config.logs.is_some();
        let io = exports.then(IoThread::start).transpose()?;
        let open = |export: &Option<Export>| match (export, &io) {
            (Some(export), Some(io)) => Link::new(export, io.handle()).map(Some),
            _ => Ok(None),
        };
        Ok(Self { traces: open(&config.traces)?, logs: open(&config.logs)?, io })
    }
}

impl Link {
    fn new(export: &Export, io: &Handle) -> Result<Self, TlsError> {
        let mut tcp = HttpConnector::new();
        // Or it would refuse `https`.
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(export.timeout));
        let tls = tls::config(&export.tls)?;
        let https = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
        let transport = if export.protocol == Protocol::Grpc {
            // The channel starts a task.
            let _io = io.enter();
            // A connection that no longer carries anything fails each request until the
            // kernel gives it up, after a quarter of an hour: ask it for a sign of life.
            let channel = Endpoint::from(export.endpoint.url.clone())
                .timeout(export.timeout)
                .connect_timeout(export.timeout)
                .http2_keep_alive_interval(export.timeout)
                .keep_alive_timeout(export.timeout)
                .connect_with_connector_lazy(https.enable_http2().wrap_connector(tcp));
            Transport::Grpc(channel)
        } else {
            let connector = https.enable_http1().wrap_connector(tcp);
            Transport::Http(HttpClient::new(connector, export.timeout))
        };
        Ok(Self { export: export.clone(), transport, io: io.clone() })
    }

    /// Waits for `send` as long as the settings allow for a batch. It blocks; the
    /// connection is worked on elsewhere.
    pub(crate) fn wait<E>(&self, send: impl Future<Output = Result<(), E>>) -> Result<(), SendError>
    where
        E: std::error::Error + 'static,
    {
        let limit = self.export.timeout;
        match self.io.block_on(async { timeout(limit, send).await }) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(SendError(self.explain(error_chain(&error)))),
            Err(_) => {
                let text = format!("no success within {} ms", limit.as_millis());
                Err(SendError(self.explain(text)))
            }
        }
    }

    /// The exporter names no cause for a failed HTTP request; the client knows it.
    fn explain(&self, error: String) -> String {
        match &self.transport {
            Transport::Http(client) => match client.cause() {
                Some(cause) => format!("{error}: {cause}"),
                None => error,
            },
            Transport::Grpc(_) => error,
        }
    }

    /// Settles what an exporter over HTTP would else read from the environment itself.
    pub(crate) fn over_http<B>(&self, builder: B, client: &HttpClient) -> B
    where
        B: WithExportConfig + WithHttpConfig,
    {
        let protocol = match self.export.protocol {
            Protocol::HttpJson => opentelemetry_otlp::Protocol::HttpJson,
            _ => opentelemetry_otlp::Protocol::HttpBinary,
        };
        // The builder decodes the values.
        let encoded = |value: &str| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
        let headers =
            self.export.endpoint.headers.iter().filter_map(|(name, value)| {
                Some((name.to_string(), encoded(value.to_str().ok()?)))
            });
        let builder = builder
            .with_http_client(client.clone())
            .with_protocol(protocol)
            .with_endpoint(self.export.endpoint.url.to_string())
            .with_timeout(self.export.timeout)
            .with_headers(headers.collect());
        match self.export.compression {
            Compression::Gzip => {
                WithHttpConfig::with_compression(builder, opentelemetry_otlp::Compression::Gzip)
            }
            Compression::None => builder,
        }
    }

    /// The same for one over gRPC.
    pub(crate) fn over_grpc<B>(&self, builder: B, channel: &Channel) -> B
    where
        B: WithExportConfig + WithTonicConfig,
    {
        let builder = builder
            .with_channel(channel.clone())
            .with_timeout(self.export.timeout)
            .with_metadata(self.metadata());
        match self.export.compression {
            Compression::Gzip => {
                WithTonicConfig::with_compression(builder, opentelemetry_otlp::Compression::Gzip)
            }
            Compression::None => builder,
        }
    }

    /// The configured headers as gRPC has them.
    pub(crate) fn metadata(&self) -> MetadataMap {
        let headers: HeaderMap = self.export.endpoint.headers.clone();
        MetadataMap::from_headers(headers)
    }
}
