//! Connections to the target: a bounded number, kept open.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout_at;

use crate::observation::Outcome;
use crate::request::HttpRequest;

/// Bytes of an answer that are kept where somebody wants to read it: a hundred tasks with the
/// longest descriptions in ASCII.
const KEPT_MAX: usize = 1_100 * 1024;

type Sender = SendRequest<Full<Bytes>>;

/// Connections of one worker.
#[derive(Debug)]
pub struct Connections {
    address: SocketAddr,
    idle: RefCell<Vec<Sender>>,
    permits: Semaphore,
}

/// An answer, or why there is none.
#[derive(Debug)]
pub struct Exchange {
    /// How it ended.
    pub outcome: Outcome,
    /// When the request was handed to a connection; when it began to wait for one, where
    /// it never was.
    pub sent: Instant,
    /// The answer's body, where it was wanted.
    pub body: Bytes,
}

impl Connections {
    /// At most `max` at a time.
    #[must_use]
    pub fn new(address: SocketAddr, max: usize) -> Self {
        Self { address, idle: RefCell::default(), permits: Semaphore::new(max) }
    }

    /// Sends a request on a free connection and reads the whole answer, until `deadline`.
    /// Those who wait for a connection get one in the order in which they came; who waits
    /// too long goes without having sent anything.
    pub async fn exchange(
        &self,
        request: HttpRequest,
        wants_body: bool,
        deadline: Instant,
    ) -> Exchange {
        let mut sent = Instant::now();
        let given_up = (Outcome::Timeout, Bytes::new());
        let (outcome, body) = if sent >= deadline {
            given_up
        } else {
            let attempt = async {
                // The semaphore is never closed.
                let _permit = self.permits.acquire().await;
                self.attempt(request, wants_body, &mut sent).await
            };
            timeout_at(deadline.into(), attempt).await.unwrap_or(given_up)
        };
        Exchange { outcome, sent, body }
    }

    /// A kept connection may have been closed by the target meanwhile: a request that it
    /// did not take is sent on another.
    async fn attempt(
        &self,
        mut request: HttpRequest,
        wants_body: bool,
        sent: &mut Instant,
    ) -> (Outcome, Bytes) {
        loop {
            let kept = self.idle.borrow_mut().pop();
            let is_kept = kept.is_some();
            let mut sender = match kept {
                Some(sender) => sender,
                None => match self.connect().await {
                    Some(sender) => sender,
                    None => return (Outcome::NoConnection, Bytes::new()),
                },
            };
            if sender.ready().await.is_err() {
                if is_kept {
                    continue;
                }
                return (Outcome::Broken, Bytes::new());
            }
            *sent = Instant::now();
            match sender.try_send_request(request).await {
                Ok(response) => {
                    let status = response.status().as_u16();
                    let Some(body) = read(response.into_body(), wants_body).await else {
                        return (Outcome::Broken, Bytes::new());
                    };
                    self.idle.borrow_mut().push(sender);
                    return (Outcome::Status(status), body);
                }
                Err(mut error) => match error.take_message().filter(|_| is_kept) {
                    Some(unsent) => request = unsent,
                    None => return (Outcome::Broken, Bytes::new()),
                },
            }
        }
    }

    async fn connect(&self) -> Option<Sender> {
        let stream = TcpStream::connect(self.address).await.ok()?;
        stream.set_nodelay(true).ok()?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        // It ends with its sender, or with an error that the sender learns as well.
        tokio::task::spawn_local(connection);
        Some(sender)
    }
}

/// Reads to the end; none where it breaks off.
async fn read(mut body: Incoming, wants_body: bool) -> Option<Bytes> {
    let mut kept = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.ok()?;
        if let Some(data) = frame.data_ref().filter(|_| wants_body) {
            let room = KEPT_MAX - kept.len().min(KEPT_MAX);
            kept.extend_from_slice(&data[..data.len().min(room)]);
        }
    }
    Some(kept.freeze())
}
