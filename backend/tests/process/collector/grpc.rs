//! OTLP over gRPC, with or without gzip.

use axum::Router;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{
    LogsService, LogsServiceServer,
};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use tonic::codec::CompressionEncoding;
use tonic::{Request, Response, Status};

use super::{Collector, Signal};

pub(super) const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
pub(super) const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

pub(super) fn routes(collector: &Collector) -> Router {
    let traces = TraceServiceServer::new(collector.clone());
    let logs = LogsServiceServer::new(collector.clone());
    Router::new()
        .route_service(TRACES, traces.accept_compressed(CompressionEncoding::Gzip))
        .route_service(LOGS, logs.accept_compressed(CompressionEncoding::Gzip))
}

async fn take(
    collector: &Collector,
    path: &str,
    request: Request<impl Signal>,
) -> Result<(), Status> {
    let (metadata, _, message) = request.into_parts();
    let taken = collector.take(path, metadata.into_headers(), message).await;
    taken.map_err(|refusal| Status::new(refusal.code, "not what an exporter may repeat"))
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        take(self, TRACES, request).await?;
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Collector {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        take(self, LOGS, request).await?;
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}
