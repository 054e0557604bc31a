//! One request over a plain socket.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use anyhow::{Result, ensure};

/// Posts JSON and returns the whole answer, a 2xx.
pub(crate) fn post(address: SocketAddr, path: &str, body: &str) -> Result<String> {
    exchange(
        address,
        &format!(
            "POST {path} HTTP/1.0\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    )
}

/// Gets the body of a 2xx.
pub(crate) fn get(address: SocketAddr, path: &str) -> Result<String> {
    let answer = exchange(address, &format!("GET {path} HTTP/1.0\r\n\r\n"))?;
    Ok(answer.split_once("\r\n\r\n").map_or_else(String::new, |(_, body)| body.to_owned()))
}

fn exchange(address: SocketAddr, request: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer.starts_with("HTTP/1.0 2"), "a request was refused: {answer}");
    Ok(answer)
}
