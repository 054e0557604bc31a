//! Connections to the target: a bounded number, kept open.

mod reach;

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
use reach::Reach;

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
    reach: Reach,
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

/// How far an exchange came.
#[derive(Debug)]
struct Way {
    sent: Instant,
    at: Place,
}

/// What an exchange waits for.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// That others are done.
    Queue,
    /// A connection, since this moment.
    Connecting(Instant),
    /// The answer.
    Connected,
}

impl Connections {
    /// At most `max` at a time.
    #[must_use]
    pub fn new(address: SocketAddr, max: usize) -> Self {
        let permits = Semaphore::new(max);
        Self { address, idle: RefCell::default(), permits, reach: Reach::default() }
    }

    /// Sends a request on a free connection and reads the whole answer, until `deadline`.
    /// Those who wait for a connection get one in the order in which they came; who waits
    /// too long goes without having sent anything. That is a timeout where the target is
    /// busy with others, and no connection where it has none for them either.
    pub async fn exchange(
        &self,
        request: HttpRequest,
        wants_body: bool,
        deadline: Instant,
    ) -> Exchange {
        let mut way = Way { sent: Instant::now(), at: Place::Queue };
        let attempt = async {
            // The semaphore is never closed.
            let _permit = self.permits.acquire().await;
            // A free permit is polled before the time: to connect now says nothing of the target.
            if Instant::now() >= deadline {
                return None;
            }
            Some(self.attempt(request, wants_body, &mut way).await)
        };
        let answer = timeout_at(deadline.into(), attempt).await.ok().flatten();
        let (outcome, body) = answer.unwrap_or_else(|| (self.given_up(way.at), Bytes::new()));
        Exchange { outcome, sent: way.sent, body }
    }

    /// What an exchange that comes no further has met.
    fn given_up(&self, at: Place) -> Outcome {
        match at {
            Place::Queue => self.reach.without(None, Instant::now()),
            Place::Connecting(since) => self.reach.without(Some(since), Instant::now()),
            Place::Connected => Outcome::Timeout,
        }
    }

    /// A kept connection may have been closed by the target meanwhile: a request that it
    /// did not take is sent on another.
    async fn attempt(
        &self,
        mut request: HttpRequest,
        wants_body: bool,
        way: &mut Way,
    ) -> (Outcome, Bytes) {
        loop {
            let kept = self.idle.borrow_mut().pop();
            let is_kept = kept.is_some();
            let mut sender = match kept {
                Some(sender) => sender,
                None => match self.connect(way).await {
                    Some(sender) => sender,
                    None => return (Outcome::NoConnection, Bytes::new()),
                },
            };
            way.at = Place::Connected;
            let _held = self.reach.hold();
            if sender.ready().await.is_err() {
                if is_kept {
                    continue;
                }
                return (Outcome::Broken, Bytes::new());
            }
            way.sent = Instant::now();
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

    async fn connect(&self, way: &mut Way) -> Option<Sender> {
        way.at = Place::Connecting(Instant::now());
        self.reach.lack();
        let stream = TcpStream::connect(self.address).await.ok()?;
        stream.set_nodelay(true).ok()?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        // It ends with its sender, or with an error that the sender learns as well.
        tokio::task::spawn_local(connection);
        self.reach.find();
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
