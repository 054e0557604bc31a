//! Stands in for what the steps ask.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use clap::Parser;
use serde_json::{Value, json};

use crate::config::Config;

/// What asks, so patiently, a Prometheus that answers so many requests with 503, and all
/// others with the same series.
pub(crate) fn prometheus(failures: usize, series: &Value, patience: &str) -> Config {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let known = json!({ "data": { "result": series } }).to_string();
    thread::spawn(move || {
        for (earlier, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let (status, body) = if earlier < failures {
                ("503 Service Unavailable", "")
            } else {
                ("200 OK", known.as_str())
            };
            let length = body.len();
            // Who asked may be gone.
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
            );
        }
    });
    let url = format!("http://{address}");
    Config::try_parse_from(["verify", "--prometheus", &url, "--patience", patience]).unwrap()
}
