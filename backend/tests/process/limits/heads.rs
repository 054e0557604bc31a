//! Heads that come slowly, and heads that are too large.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::lab::{Lab, PATIENCE};
use crate::load::{self, client};
use crate::wire::{connect, exchange, status};

/// Sends a byte of a head every second until the server has had enough; gives the time
/// that took.
fn trickle(mut stream: TcpStream) -> JoinHandle<Duration> {
    tokio::spawn(async move {
        let start = Instant::now();
        let mut head = b"GET /api/tasks HTTP/1.1\r\nHost: lab\r\nX-Slow: ".to_vec();
        head.resize(1000, b'x');
        let mut buffer = [0; 1024];
        for byte in head {
            let _ = stream.write_all(&[byte]).await;
            let answer = timeout(Duration::from_secs(1), stream.read(&mut buffer)).await;
            if matches!(answer, Ok(Ok(0) | Err(_))) {
                break;
            }
        }
        start.elapsed()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_heads_are_cut_off_and_nobody_waits_for_them() {
    let limit = Duration::from_secs(10);
    let lab = Lab::start(&[("LAB_HEADER_TIMEOUT", "10s")]);
    let mut slow = Vec::new();
    for _ in 0..200 {
        slow.push(trickle(connect(&lab).await));
    }
    let start = Instant::now();
    let client = client();
    let mut answered = 0;
    // Each takes a small part of what the slow ones take.
    while answered <= 20 || start.elapsed() < Duration::from_millis(1_500) {
        let answer = client.get(format!("{}/api/tasks", lab.url)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answered += 1;
    }
    assert!(slow.iter().all(|connection| !connection.is_finished()));
    for connection in slow {
        let took = connection.await.unwrap();
        assert!(took >= limit / 2 && took < limit * 4, "{took:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_every_connection_is_slow_the_next_client_waits_its_turn() {
    let lab = Lab::start(&[("LAB_HEADER_TIMEOUT", "1s"), ("LAB_MAX_CONNECTIONS", "20")]);
    let mut slow = Vec::new();
    for _ in 0..50 {
        slow.push(trickle(connect(&lab).await));
    }
    assert_eq!(load::status(&format!("{}/api/tasks", lab.url)).await, 200);
    // Two rounds of the limit were before it.
    assert!(slow.iter().filter(|connection| connection.is_finished()).count() >= 20);
    lab.wait_for_line(|line| {
        line["level"] == "WARN"
            && line["message"] == "20 connections are open: new ones have to wait"
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_are_closed_too() {
    let lab = Lab::start(&[("LAB_HEADER_TIMEOUT", "500ms")]);
    let mut stream = connect(&lab).await;
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: lab\r\n\r\n").await.unwrap();
    let answer = timeout(PATIENCE, crate::wire::rest(&mut stream)).await.unwrap();
    assert_eq!(status(&answer), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_that_are_too_large_are_refused_and_the_server_lives_on() {
    let lab = Lab::start(&[]);
    let request = |headers: &str| format!("GET /health HTTP/1.1\r\nHost: lab\r\n{headers}\r\n");
    let large = request(&format!("X-Large: {}\r\n", "x".repeat(100 * 1024)));
    let many = request(&"X-Many: x\r\n".repeat(200));
    for head in [large, many] {
        let answer = exchange(&lab, &head).await;
        assert_eq!(status(&answer), 431, "{answer}");
        assert_eq!(load::status(&format!("{}/health", lab.url)).await, 200);
    }
    // What browsers and proxies send at the most passes.
    let usual = request(&format!("Cookie: {}\r\nConnection: close\r\n", "x".repeat(16 * 1024)));
    assert_eq!(status(&exchange(&lab, &usual).await), 200);
}
