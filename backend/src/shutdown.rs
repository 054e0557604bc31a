//! Ending in order: stop accepting, finish what is running, then leave.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// How long running requests may take after the first signal.
const DRAIN: Duration = Duration::from_secs(10);

/// Serves until SIGINT or SIGTERM, then lets running requests finish within ten
/// seconds. A second signal ends it at once.
pub(crate) async fn serve(
    listener: TcpListener,
    app: IntoMakeServiceWithConnectInfo<Router, SocketAddr>,
) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt()).context("could not listen for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("could not listen for SIGTERM")?;
    let (drain, draining) = oneshot::channel::<()>();
    let server = axum::serve(listener, app).with_graceful_shutdown(async {
        // An error means that the sender is gone, which is a reason to stop as well.
        let _ = draining.await;
    });
    let mut server = tokio::spawn(server.into_future());

    tokio::select! {
        ended = &mut server => return ended.context("the server's task failed")?.context("the server failed"),
        name = next(&mut interrupt, &mut terminate) => {
            tracing::info!(signal = name, "Stopping: running requests may finish");
        }
    }
    // The receiver lives in the server, which has not ended.
    let _ = drain.send(());
    tokio::select! {
        ended = &mut server => ended.context("the server's task failed")?.context("the server failed"),
        () = tokio::time::sleep(DRAIN) => {
            tracing::warn!("Some requests did not finish in time and are cut off");
            Ok(())
        }
        name = next(&mut interrupt, &mut terminate) => {
            tracing::warn!(signal = name, "A second signal: stopping at once");
            Ok(())
        }
    }
}

async fn next(interrupt: &mut Signal, terminate: &mut Signal) -> &'static str {
    tokio::select! {
        _ = interrupt.recv() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    }
}
