//! SIGTERM: what runs may finish, what is recorded arrives, and nobody holds it up.

use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::collector::{Collector, Received, hex, text};
use crate::lab::{Lab, PATIENCE};
use crate::load::{Answer, Load, client, until};
use crate::wire::{connect, rest, status};

const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";

fn is_stopping(line: &Value) -> bool {
    line["message"] == "Stopping: running requests may finish"
}

/// The body of [`held`].
const BODY: &str = r#"{"title":"late"}"#;

/// A request that the server works on until it gets the rest: [`BODY`].
async fn held(lab: &Lab) -> TcpStream {
    let mut stream = connect(lab).await;
    let head = format!(
        "POST /api/tasks HTTP/1.1\r\nHost: lab\r\nContent-Type: application/json\r\n\
         traceparent: 00-{TRACE_ID}-b7ad6b7169203331-01\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        BODY.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // What a handler that waits for the body lets hyper say.
    let expected = b"HTTP/1.1 100 Continue\r\n\r\n";
    let mut told = [0; 25];
    timeout(PATIENCE, stream.read_exact(&mut told)).await.unwrap().unwrap();
    assert_eq!(&told, expected);
    stream
}

/// The first request, which the server works on for `seconds`.
async fn slow(
    lab: &Lab,
    seconds: u32,
) -> tokio::task::JoinHandle<reqwest::Result<reqwest::Response>> {
    let request = client()
        .get(format!("{}/api/simulate-slow?delay={seconds}", lab.url))
        .header("traceparent", format!("00-{TRACE_ID}-b7ad6b7169203331-01"));
    let answer = tokio::spawn(request.send());
    let metrics = format!("{}/metrics", lab.url);
    until("it to be at work", async || {
        crate::load::text(&metrics).await.contains("http_requests_in_flight 1")
    })
    .await;
    answer
}

/// The name of the server span that belongs to an access line.
fn span_name(line: &Value) -> String {
    let part = |name: &str| line[name].as_str().unwrap();
    format!("{} {}", part("http.request.method"), part("http.route"))
}

fn span_names(received: &Received, trace_id: &str) -> Vec<String> {
    let spans = received.spans().into_iter().filter(|span| hex(&span.trace_id) == trace_id);
    spans.map(|span| span.name.clone()).collect()
}

fn messages(received: &Received, trace_id: &str) -> Vec<String> {
    let records = received.records().into_iter();
    let records = records.filter(|record| hex(&record.trace_id) == trace_id);
    records.map(|record| text(record.body.clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_is_finished_and_what_is_recorded_arrives() {
    let (collector, address) = Collector::start(Duration::ZERO).await;
    let lab = Lab::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{address}")),
        // Nothing is due before the end: only the flush can send it.
        ("OTEL_BSP_SCHEDULE_DELAY", "3600000"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "3600000"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "16384"),
        ("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "16384"),
    ]);
    let load = Load::start(&lab.url, 8);
    load.some_more(Answer::is_ok).await;
    let mut held = held(&lab).await;
    let url = lab.url.clone();
    lab.signal(Signal::SIGTERM);
    lab.wait_for_line(is_stopping);
    // Nobody new is let in.
    assert!(reqwest::get(&url).await.unwrap_err().is_connect());
    held.write_all(BODY.as_bytes()).await.unwrap();
    let answer = rest(&mut held).await;
    assert_eq!(status(&answer), 201);
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    let (code, took, lines) = spawn_blocking(|| lab.wait()).await.unwrap();
    assert_eq!(code, Some(0));
    // What was held has ended, and nothing waits for a deadline.
    assert!(took < Duration::from_secs(8), "{took:?}");

    // What the server answered has arrived.
    let ok = load.end().await.iter().filter(|answer| answer.is_ok()).count();
    let access = |route| {
        let lines = lines.iter().filter(|line| line["target"] == "access");
        lines.filter(move |line| line["http.route"] == route)
    };
    assert_eq!(access("/api/tasks").count(), ok + 1);
    // So has what it recorded.
    let received = collector.received();
    let mut names = span_names(&received, TRACE_ID);
    names.sort();
    assert_eq!(names, ["INSERT tasks", "POST /api/tasks"]);
    let mut said = messages(&received, TRACE_ID);
    said.sort();
    assert!(said.len() == 2 && said[0].starts_with("Created task "), "{said:?}");
    assert_eq!(said[1], "POST /api/tasks 201");
    for line in access("/api/tasks") {
        let trace_id = line["trace_id"].as_str().unwrap();
        assert!(span_names(&received, trace_id).contains(&span_name(line)), "{line}");
        let message = line["message"].as_str().unwrap();
        assert!(messages(&received, trace_id).iter().any(|sent| sent == message), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_are_closed_at_once() {
    let lab = Lab::start(&[("LAB_DRAIN_TIMEOUT", "1m")]);
    let mut idle = connect(&lab).await;
    idle.write_all(b"GET /health HTTP/1.1\r\nHost: lab\r\n\r\n").await.unwrap();
    let mut begin = [0; 12];
    idle.read_exact(&mut begin).await.unwrap();
    let mut fresh = connect(&lab).await;
    let (code, took, _) = spawn_blocking(|| lab.stop()).await.unwrap();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    rest(&mut idle).await;
    assert_eq!(rest(&mut fresh).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_holds_the_end_no_longer_than_the_deadline() {
    let lab = Lab::start(&[("LAB_DRAIN_TIMEOUT", "1s")]);
    let mut half = connect(&lab).await;
    let request = b"POST /api/tasks HTTP/1.1\r\nHost: lab\r\nContent-Type: application/json\r\n\
                    Content-Length: 100\r\n\r\n{";
    half.write_all(request).await.unwrap();
    let metrics = format!("{}/metrics", lab.url);
    until("it to be at work", async || {
        crate::load::text(&metrics).await.contains("http_requests_in_flight 1")
    })
    .await;
    let (code, took, lines) = spawn_blocking(|| lab.stop()).await.unwrap();
    assert_eq!(code, Some(0));
    assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(8), "{took:?}");
    let cut_off = "1 connections did not finish in time and are cut off";
    assert!(lines.iter().any(|line| line["message"] == cut_off), "{lines:?}");
    assert_eq!(rest(&mut half).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() {
    let lab = Lab::start(&[("LAB_DRAIN_TIMEOUT", "1m")]);
    let answer = slow(&lab, 30).await;
    lab.signal(Signal::SIGTERM);
    lab.wait_for_line(is_stopping);
    let (code, took, _) = spawn_blocking(|| lab.stop()).await.unwrap();
    assert_eq!(code, Some(128 + Signal::SIGTERM as i32));
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(answer.await.unwrap().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_does_not_wait_for_the_collector() {
    let (_collector, address) = Collector::start(Duration::from_hours(1)).await;
    let lab = Lab::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{address}"))]);
    let mut stream = connect(&lab).await;
    let request = b"GET /api/tasks HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    assert_eq!(status(&rest(&mut stream).await), 200);
    lab.signal(Signal::SIGTERM);
    lab.wait_for_line(is_stopping);
    // It has drained, for there is nobody, and waits for the collector now.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (code, took, _) = spawn_blocking(|| lab.stop()).await.unwrap();
    assert_eq!(code, Some(128 + Signal::SIGTERM as i32));
    assert!(took < Duration::from_secs(3), "{took:?}");
}
