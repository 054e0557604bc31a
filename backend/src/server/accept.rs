//! New connections.

use std::convert::Infallible;

use axum::serve::Listener;
use tokio::net::TcpListener;

use super::connection::Connections;

/// Accepts for as long as it is polled; the listener is closed when it is dropped.
pub(super) async fn forever(
    mut listener: TcpListener,
    connections: &mut Connections,
) -> Infallible {
    loop {
        // Until there is room, clients wait in the kernel's queue.
        connections.room().await;
        // axum's `accept` logs errors such as "too many open files" and waits a second.
        let (stream, peer) = Listener::accept(&mut listener).await;
        connections.open(stream, peer);
    }
}
