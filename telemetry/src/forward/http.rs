//! Messages over HTTP.

use std::io::{self, Write};
use std::time::Duration;

use flate2::write::GzEncoder;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use opentelemetry_http::{Bytes, HttpClient as _, Request};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde::Serialize;

use super::retry::Failure;
use crate::config::export::{Compression, Export, Protocol};
use crate::dropped::SignalKind;
use crate::transport::HttpClient;

/// A message in the encoding that is configured.
pub(super) fn body(
    export: &Export,
    signal: SignalKind,
    protobuf: Vec<u8>,
) -> Result<Bytes, Failure> {
    let plain = match (export.protocol, signal) {
        (Protocol::HttpJson, SignalKind::Span) => json::<ExportTraceServiceRequest>(&protobuf)?,
        (Protocol::HttpJson, SignalKind::Log) => json::<ExportLogsServiceRequest>(&protobuf)?,
        _ => protobuf,
    };
    let bytes = match export.compression {
        Compression::None => plain,
        Compression::Gzip => gzip(&plain).map_err(|_| Failure::Encoding)?,
    };
    Ok(bytes.into())
}

fn json<M: Message + Default + Serialize>(protobuf: &[u8]) -> Result<Vec<u8>, Failure> {
    let message = M::decode(protobuf).map_err(|_| Failure::Encoding)?;
    serde_json::to_vec(&message).map_err(|_| Failure::Encoding)
}

fn gzip(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(plain)?;
    encoder.finish()
}

/// Sends what [`body`] made, once.
pub(super) async fn post(client: &HttpClient, export: &Export, body: Bytes) -> Result<(), Failure> {
    let mut request = Request::new(body);
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = export.endpoint.url.clone();
    let headers = request.headers_mut();
    headers.extend(export.endpoint.headers.clone());
    let content_type = match export.protocol {
        Protocol::HttpJson => "application/json",
        _ => "application/x-protobuf",
    };
    headers.insert(CONTENT_TYPE, http::HeaderValue::from_static(content_type));
    if export.compression == Compression::Gzip {
        headers.insert(CONTENT_ENCODING, http::HeaderValue::from_static("gzip"));
    }
    let answer = client.send_bytes(request).await.map_err(|_| Failure::NoAnswer)?;
    if answer.status().is_success() {
        return Ok(());
    }
    let after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let seconds = after.and_then(|text| text.trim().parse().ok());
    Err(Failure::Status(answer.status().as_u16(), seconds.map(Duration::from_secs)))
}
