//! Clients that take their time.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use reqwest::Client;

use crate::door::Door;
use crate::raw;

/// The head of a request whose body never ends.
const UNFINISHED: &str = "POST /api/tasks HTTP/1.1\r\nHost: lab\r\nContent-Type: application/json\r\n\
                          Content-Length: 100\r\n\r\n{";

#[tokio::test(flavor = "multi_thread")]
async fn the_silent_are_cut_off() {
    let door = Door::open(&[("LAB_CLIENT_TIMEOUT", "1s")]);
    for part in [
        UNFINISHED,
        "GET /api/tasks HTTP/1.1\r\nHost: la",
        "POST /otlp/v1/traces HTTP/1.1\r\n\
        Host: lab\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n",
    ] {
        let start = Instant::now();
        let answer = raw::send(door.proxy.address, part);
        // 408, or closed without a word where the head is not whole.
        assert!(matches!(answer.status, 0 | 408), "{}", answer.head);
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_slow_keep_nobody_waiting_and_the_backend_free() {
    let door = Door::open(&[]);
    let slow: Vec<_> = (0..300)
        .map(|_| {
            let mut stream = TcpStream::connect(door.proxy.address).unwrap();
            stream.write_all(UNFINISHED.as_bytes()).unwrap();
            stream
        })
        .collect();
    let http = Client::new();
    let url = door.proxy.url("/api/tasks");
    let mut longest = Duration::ZERO;
    for _ in 0..20 {
        let start = Instant::now();
        assert_eq!(http.get(&url).send().await.unwrap().status(), 200);
        longest = longest.max(start.elapsed());
    }
    println!("beside {} slow clients the slowest list took {longest:?}", slow.len());
    assert!(longest < Duration::from_secs(2), "{longest:?}");
    // Nginx reads a body to its end before it asks the backend.
    let metrics = reqwest::get(format!("{}/metrics", door.backend.url)).await.unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(metrics.contains("http_requests_in_flight 0\n"), "{metrics}");
}
