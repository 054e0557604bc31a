//! A way to a collector or a database that can go dead without a word, as when a cable is pulled.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    frozen: watch::Sender<()>,
}

impl Relay {
    pub(crate) async fn start(to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let frozen = watch::Sender::new(());
        let freezer = frozen.clone();
        tokio::spawn(async move {
            loop {
                let (mut from, _) = listener.accept().await.unwrap();
                let mut frozen = freezer.subscribe();
                tokio::spawn(async move {
                    let mut to = TcpStream::connect(to).await.unwrap();
                    tokio::select! {
                        // First: what comes after the freeze must not slip through.
                        biased;
                        // Both stay open, and nothing passes any more.
                        _ = frozen.changed() => std::future::pending().await,
                        _ = copy_bidirectional(&mut from, &mut to) => {}
                    }
                });
            }
        });
        Self { address, frozen }
    }

    /// No connection that is open now carries anything from here on; new ones do.
    pub(crate) fn freeze(&self) {
        self.frozen.send_replace(());
    }
}
