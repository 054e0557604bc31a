//! Requests that no HTTP client would send.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

pub(crate) struct Raw {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Sends these bytes and reads until the server closes.
pub(crate) fn send(address: SocketAddr, bytes: &str) -> Raw {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(bytes.as_bytes()).unwrap();
    read(stream)
}

/// `METHOD target` with a host and nothing more.
pub(crate) fn request(address: SocketAddr, line: &str) -> Raw {
    send(address, &format!("{line} HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n"))
}

/// Reads an answer to its end.
pub(crate) fn read(mut stream: TcpStream) -> Raw {
    let mut bytes = Vec::new();
    // A reset after the answer is an end as well.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text.as_str(), ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
    Raw { status, head: head.to_lowercase(), body: body.to_owned() }
}
