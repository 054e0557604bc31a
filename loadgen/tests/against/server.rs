//! A server that delays, stalls, breaks off or fails as told, and remembers requests.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What is done with a request, by its number and the time since the start.
pub(crate) type Behaviour = Arc<dyn Fn(u64, Duration) -> Answer + Send + Sync>;

/// What is done with a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// An answer with this status after so long; 200 becomes what a lab would say.
    Status(u16, Duration),
    /// The connection is closed.
    Close,
}

/// An answer at once.
pub(crate) const OK: Answer = Answer::Status(200, Duration::ZERO);

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
}

/// A running server. It ends with the test.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

struct Shared {
    start: Instant,
    behaviour: Behaviour,
    seen: Mutex<Vec<Seen>>,
    ids: AtomicI64,
}

impl Server {
    pub(crate) fn start(
        behaviour: impl Fn(u64, Duration) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let shared = Arc::new(Shared {
            start: Instant::now(),
            behaviour: Arc::new(behaviour),
            seen: Mutex::default(),
            ids: AtomicI64::new(0),
        });
        let (stop, stopped) = watch::channel(false);
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        let own = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(accept(listener, own, stopped));
        });
        Self { address, shared, stop, thread: Some(thread) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Closes every connection and the port.
    pub(crate) fn stop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn accept(
    listener: std::net::TcpListener,
    shared: Arc<Shared>,
    mut stopped: watch::Receiver<bool>,
) {
    let listener = TcpListener::from_std(listener).unwrap();
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            accepted = listener.accept() => {
                let (stream, _) = accepted.unwrap();
                // The runtime ends its tasks, and so the connections, with itself.
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        }
    }
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    stream.set_nodelay(true).unwrap();
    let mut buffer = Vec::new();
    while let Some(seen) = read(&mut stream, &mut buffer).await {
        let number = {
            let mut all = shared.seen.lock().unwrap();
            all.push(seen.clone());
            all.len() as u64 - 1
        };
        let (status, body) = match (shared.behaviour)(number, shared.start.elapsed()) {
            Answer::Close => return,
            Answer::Status(status, delay) => {
                tokio::time::sleep(delay).await;
                if status == 200 { shared.answer(&seen) } else { (status, "{}".to_owned()) }
            }
        };
        let answer = format!(
            "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

impl Shared {
    fn answer(&self, seen: &Seen) -> (u16, String) {
        match (seen.method.as_str(), seen.path.as_str()) {
            ("POST", "/api/tasks") => {
                let id = self.ids.fetch_add(1, Ordering::Relaxed) + 1;
                (201, format!("{{\"id\":{id}}}"))
            }
            ("POST", path) if path.starts_with("/api/trace") => (202, "{}".to_owned()),
            ("GET", "/api/simulate-error") => (500, "{}".to_owned()),
            _ => (200, "{}".to_owned()),
        }
    }
}

/// The next request; none at the connection's end.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Seen> {
    loop {
        let end = buffer.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8(buffer[..end].to_vec()).unwrap();
            let mut lines = head.lines();
            let mut first = lines.next()?.split(' ');
            let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
            let headers: BTreeMap<String, String> = lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect();
            let body: usize =
                headers.get("content-length").map_or(0, |length| length.parse().unwrap());
            if buffer.len() >= end + 4 + body {
                buffer.drain(..end + 4 + body);
                return Some(Seen { method, path, headers });
            }
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => buffer.extend_from_slice(&chunk[..read]),
        }
    }
}
