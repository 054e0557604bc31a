//! The network between the browser and the lab, for a test to break.

use std::net::SocketAddr;

use anyhow::Context;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch::{self, Receiver, Sender};
use tokio::task::JoinHandle;

/// What the network does with bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// It carries them.
    Open,
    /// It keeps them until it is open again.
    Held,
    /// It breaks every connection, also new ones.
    Broken,
}

/// A relay in front of a lab.
#[derive(Debug)]
pub struct Gate {
    /// Where it answers.
    pub url: String,
    mood: Sender<Mood>,
    accepting: JoinHandle<()>,
}

impl Gate {
    /// An open gate to the lab at `url`.
    pub async fn before(url: &str) -> anyhow::Result<Self> {
        let lab: SocketAddr = url.strip_prefix("http://").context("no address")?.parse()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (mood, seen) = watch::channel(Mood::Open);
        let accepting = tokio::spawn(async move {
            while let Ok((browser, _)) = listener.accept().await {
                tokio::spawn(relay(browser, lab, seen.clone()));
            }
        });
        Ok(Self { url, mood, accepting })
    }

    /// Changes what happens to all connections from now on.
    pub fn set(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn relay(mut browser: TcpStream, lab: SocketAddr, mut mood: Receiver<Mood>) {
    let Ok(mut lab) = TcpStream::connect(lab).await else { return };
    let (from_browser, to_browser) = browser.split();
    let (from_lab, to_lab) = lab.split();
    tokio::select! {
        () = carry(from_browser, to_lab, mood.clone()) => {}
        () = carry(from_lab, to_browser, mood.clone()) => {}
        _ = mood.wait_for(|mood| *mood == Mood::Broken) => {}
    }
}

async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut mood: Receiver<Mood>,
) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let is_open = mood.wait_for(|mood| *mood == Mood::Open).await.is_ok();
        if !is_open || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
