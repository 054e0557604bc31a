//! Stands in for what the steps ask.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use clap::Parser;
use reqwest::Url;
use serde_json::{Value, json};

use crate::config::Config;

/// What asks, so patiently, a Prometheus that answers so many requests with 503, and all
/// others with the same series.
pub(crate) fn prometheus(failures: usize, series: &Value, patience: &str) -> Config {
    let series = series.clone();
    stores(failures, patience, move |_| series.clone())
}

/// What asks, so patiently, a Tempo that was started at 1000 seconds and a Prometheus that
/// finds this by a query; the first so many requests are answered with 503.
pub(crate) fn stores(
    failures: usize,
    patience: &str,
    found: impl Fn(&str) -> Value + Send + 'static,
) -> Config {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let base = Url::parse(&url).unwrap();
    thread::spawn(move || {
        for (earlier, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
            let asked = base.join(head[0].split(' ').nth(1).unwrap()).unwrap();
            let query = asked.query_pairs().find(|(name, _)| name == "query");
            let (status, body) = match query {
                _ if earlier < failures => ("503 Service Unavailable", String::new()),
                Some((_, query)) => {
                    ("200 OK", json!({ "data": { "result": found(&query) } }).to_string())
                }
                None => ("200 OK", "process_start_time_seconds 1e+03\n".to_owned()),
            };
            let length = body.len();
            // Who asked may be gone.
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
            );
        }
    });
    let arguments = ["verify", "--prometheus", &url, "--tempo", &url, "--patience", patience];
    Config::try_parse_from(arguments).unwrap()
}
