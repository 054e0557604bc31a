//! A server that delays, stalls, breaks off or fails as told, and remembers requests.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
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
    /// The request is carried out, and the connection closed in place of an answer.
    Lost,
    /// The connection is closed.
    Close,
    /// The connection is reset.
    Reset,
}

/// An answer at once.
pub(crate) const OK: Answer = Answer::Status(200, Duration::ZERO);

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
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
    /// The descriptions of tasks that were made and not deleted.
    tasks: Mutex<BTreeMap<i64, Value>>,
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
            tasks: Mutex::default(),
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

    /// The tasks that are there.
    pub(crate) fn tasks(&self) -> usize {
        self.shared.tasks.lock().unwrap().len()
    }

    /// Waits until it has seen this many requests.
    pub(crate) fn wait_for(&self, requests: usize) {
        while self.shared.seen.lock().unwrap().len() < requests {
            std::thread::sleep(Duration::from_millis(10));
        }
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
            Answer::Lost => {
                shared.answer(&seen);
                return;
            }
            Answer::Close => return,
            Answer::Reset => {
                stream.set_zero_linger().unwrap();
                return;
            }
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
                let body: Value = serde_json::from_slice(&seen.body).unwrap_or_default();
                self.tasks.lock().unwrap().insert(id, body["description"].clone());
                (201, format!("{{\"id\":{id}}}"))
            }
            ("POST", path) if path.starts_with("/api/trace") => (202, "{}".to_owned()),
            ("GET", "/api/simulate-error") => (500, "{}".to_owned()),
            ("DELETE", path) => {
                let id = path.rsplit('/').next().and_then(|id| id.parse().ok());
                self.tasks.lock().unwrap().remove(&id.unwrap_or_default());
                (200, "{}".to_owned())
            }
            // Only the cleaning up asks for so many, and reads them.
            ("GET", path) if path.starts_with("/api/tasks?limit=100") => (200, self.list(path)),
            _ => (200, "{}".to_owned()),
        }
    }

    /// A page of tasks, newest first.
    fn list(&self, path: &str) -> String {
        let after = path.split_once("&after=").and_then(|(_, id)| id.parse().ok());
        let tasks = self.tasks.lock().unwrap();
        let page: Vec<_> =
            tasks.range(..after.unwrap_or(i64::MAX)).rev().take(100).map(task).collect();
        let next = page.last().filter(|_| page.len() == 100).map(|task| task["id"].to_string());
        let stats = json!({ "total": tasks.len(), "completed": 0, "pending": tasks.len() });
        json!({ "count": page.len(), "tasks": page, "stats": stats, "next": next }).to_string()
    }
}

fn task((id, description): (&i64, &Value)) -> Value {
    let at = "2100-01-01T00:00:00.000000Z";
    json!({ "id": id, "title": "t", "description": description, "completed": false,
            "created_at": at, "updated_at": at })
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
                let message: Vec<u8> = buffer.drain(..end + 4 + body).collect();
                return Some(Seen { method, path, headers, body: message[end + 4..].to_vec() });
            }
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => buffer.extend_from_slice(&chunk[..read]),
        }
    }
}
