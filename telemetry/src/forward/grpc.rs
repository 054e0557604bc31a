//! Messages over gRPC.

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use prost::Message;
use tonic::codec::CompressionEncoding;
use tonic::transport::Channel;
use tonic::{Extensions, Request};

use super::retry::Failure;
use crate::config::export::Compression;
use crate::dropped::SignalKind;
use crate::transport::Link;

/// Sends a message once.
pub(super) async fn call(
    channel: &Channel,
    link: &Link,
    signal: SignalKind,
    protobuf: &[u8],
) -> Result<(), Failure> {
    let gzip = link.export.compression == Compression::Gzip;
    let sent = match signal {
        SignalKind::Span => {
            let mut client = TraceServiceClient::new(channel.clone());
            if gzip {
                client = client.send_compressed(CompressionEncoding::Gzip);
            }
            client.export(request(link, protobuf)?).await.map(drop)
        }
        SignalKind::Log => {
            let mut client = LogsServiceClient::new(channel.clone());
            if gzip {
                client = client.send_compressed(CompressionEncoding::Gzip);
            }
            client.export(request(link, protobuf)?).await.map(drop)
        }
    };
    sent.map_err(Failure::from)
}

fn request<M: Message + Default>(link: &Link, protobuf: &[u8]) -> Result<Request<M>, Failure> {
    let message = M::decode(protobuf).map_err(|_| Failure::Encoding)?;
    Ok(Request::from_parts(link.metadata(), Extensions::new(), message))
}
