//! HTTP/1.1 over TCP: connections are accepted, bounded and ended in order.
//!
//! `axum::serve` sets none of hyper's limits, so that a client may take forever over a
//! request's head, and any number of clients may do so at once (ADR 0010).

mod accept;
mod connection;

use std::future::Future;

use axum::Router;
use tokio::net::TcpListener;

use crate::config::Limits;
use connection::Connections;

/// Serves `router` until `stop`, which names the signal. Then nothing is accepted any
/// more, idle connections are closed and running requests may finish within the drain
/// timeout; when this returns, none is running.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: &Limits,
    stop: impl Future<Output = &'static str>,
) {
    let mut connections = Connections::new(router, limits);
    let signal = tokio::select! {
        never = accept::forever(listener, &mut connections) => match never {},
        signal = stop => signal,
    };
    // Only now is the port closed: whoever reads this line may rely on that.
    tracing::info!(signal, "Stopping: running requests may finish");
    connections.drain(limits.drain_timeout.into()).await;
}
