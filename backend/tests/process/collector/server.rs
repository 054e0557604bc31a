//! Where a collector listens.

use std::fmt::Debug;
use std::future::pending;
use std::net::SocketAddr;

use axum::Router;
use axum::routing::post;
use axum::serve::Listener;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Collector, Port, grpc, http};

/// A listening collector. It goes on when this is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Server {
    /// Closes the port and the connections.
    pub(crate) async fn end(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap();
    }
}

impl Collector {
    pub(crate) async fn serve(&self, address: &str) -> Server {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        self.run(listener, address)
    }

    /// Listens on a port that a test keeps for it.
    pub(crate) fn serve_on(&self, port: &Port) -> Server {
        self.run(port.listen(), port.address)
    }

    pub(super) fn run<L: Listener<Addr: Debug>>(&self, listener: L, address: SocketAddr) -> Server {
        let app = Router::new()
            .route("/v1/traces", post(http::take::<ExportTraceServiceRequest>))
            .route("/v1/logs", post(http::take::<ExportLogsServiceRequest>))
            .with_state(self.clone())
            .merge(grpc::routes(self));
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let server = axum::serve(listener, app);
            // A dropped sender is no reason to stop.
            let stopped = async {
                if stopped.await.is_err() {
                    pending::<()>().await;
                }
            };
            server.with_graceful_shutdown(stopped).await.unwrap();
        });
        Server { address, stop, task }
    }
}
