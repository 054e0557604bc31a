//! Open connections.

use std::mem;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower::Service;

use crate::config::Limits;

/// A request's head in bytes; a larger one is answered with 431.
const HEAD_MAX: usize = 32 * 1024;

/// The connections of one server, each a task.
pub(super) struct Connections {
    router: Router,
    http: http1::Builder,
    tasks: JoinSet<()>,
    graceful: GracefulShutdown,
    max: usize,
    is_full: bool,
    patience: Duration,
}

impl Connections {
    pub(super) fn new(router: Router, limits: &Limits) -> Self {
        let patience = limits.header_timeout.into();
        let mut http = http1::Builder::new();
        // hyper's timer for the head also runs while a connection is idle.
        http.timer(TokioTimer::new()).header_read_timeout(patience).max_buf_size(HEAD_MAX);
        Self {
            router,
            http,
            tasks: JoinSet::new(),
            graceful: GracefulShutdown::new(),
            max: limits.max_connections as usize,
            is_full: false,
            patience,
        }
    }

    /// Waits until another connection may be opened; says so once each time it comes
    /// to that.
    pub(super) async fn room(&mut self) {
        if self.open_count() < self.max {
            self.is_full = false;
            return;
        }
        if !self.is_full {
            tracing::warn!("{} connections are open: new ones have to wait", self.max);
            self.is_full = true;
        }
        self.tasks.join_next().await;
    }

    /// Serves the requests that come over `stream`.
    pub(super) fn open(&mut self, stream: TcpStream, peer: SocketAddr) {
        if let Err(error) = self.prepare(&stream) {
            // It may be gone already, which will show, or the system knows no such option.
            tracing::debug!("Could not set the connection's options: {error}");
        }
        let router = self.router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().call(request)
        });
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        let connection = self.graceful.watch(connection);
        self.tasks.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!("A connection broke: {error}");
            }
        });
    }

    fn prepare(&self, stream: &TcpStream) -> std::io::Result<()> {
        // An answer is complete when it is written: nothing is gained by waiting for more.
        stream.set_nodelay(true)?;
        // The kernel gives up on a client that takes nothing of what was sent.
        #[cfg(target_os = "linux")]
        SockRef::from(stream).set_tcp_user_timeout(Some(self.patience))?;
        Ok(())
    }

    /// Closes idle connections at once and the others after their answer, or after
    /// `deadline`.
    pub(super) async fn drain(mut self, deadline: Duration) {
        if timeout(deadline, mem::take(&mut self.graceful).shutdown()).await.is_err() {
            let open = self.open_count();
            tracing::warn!("{open} connections did not finish in time and are cut off");
        }
        self.tasks.shutdown().await;
    }

    /// How many are open; forgets those that have ended.
    fn open_count(&mut self) -> usize {
        while self.tasks.try_join_next().is_some() {}
        self.tasks.len()
    }
}
