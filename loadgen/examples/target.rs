//! A target that answers at once, for `cargo xtask bench loadgen`: what is measured there
//! is the generator.
//!
//! Listens on `TARGET_LISTEN`. It looks at no more than the first line of a request and
//! the length of its body.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a list of few tasks weighs.
const BODY: &str = r#"{"tasks":[{"id":1,"title":"Check shelf 1","description":"","completed":false,"created_at":"2026-01-01T00:00:00.000000Z","updated_at":"2026-01-01T00:00:00.000000Z"}],"count":1,"stats":{"total":1,"completed":0,"pending":1},"next":null}"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let listen = std::env::var("TARGET_LISTEN").unwrap_or_else(|_| "127.0.0.1:0".to_owned());
    let listener = TcpListener::bind(listen).await?;
    println!("{}", listener.local_addr()?);
    let ids = Arc::<AtomicU64>::default();
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(serve(stream, Arc::clone(&ids)));
    }
}

async fn serve(mut stream: TcpStream, ids: Arc<AtomicU64>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let ok = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    let mut buffer = vec![0; 16 * 1024];
    let mut filled = 0;
    loop {
        if filled == buffer.len() {
            buffer.resize(2 * filled, 0);
        }
        let read = stream.read(&mut buffer[filled..]).await.ok().filter(|read| *read > 0)?;
        filled += read;
        while let Some(end) = length(&buffer[..filled]) {
            if buffer.starts_with(b"POST /api/tasks") {
                let id = ids.fetch_add(1, Ordering::Relaxed);
                let body = format!("{{\"id\":{id}}}");
                let head =
                    format!("HTTP/1.1 201 Created\r\ncontent-length: {}\r\n\r\n", body.len());
                stream.write_all((head + &body).as_bytes()).await.ok()?;
            } else {
                stream.write_all(ok.as_bytes()).await.ok()?;
            }
            buffer.copy_within(end..filled, 0);
            filled -= end;
        }
    }
}

/// Bytes of the first request in the buffer, when it is there to its end.
fn length(buffer: &[u8]) -> Option<usize> {
    let end = buffer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&buffer[..end]).ok()?;
    let body = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, length)| length.parse().unwrap_or(0));
    (buffer.len() >= end + body).then_some(end + body)
}
