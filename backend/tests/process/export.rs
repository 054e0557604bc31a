//! What leaves the process for a collector.

mod context;
mod drops;
mod faults;
mod forward;
mod protocols;
mod tls;
mod values;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::collector::{Answer, Collector};
use crate::lab::Lab;

const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT_ID: &str = "b7ad6b7169203331";

/// For what must happen, on a machine that is busy.
const PATIENCE: Duration = Duration::from_mins(1);
/// For what nothing may hold up; what could do so here takes twice as long.
const PROMPT: Duration = Duration::from_secs(5);
/// The same for the usual request of many: a pause of the machine meets a few.
const USUAL: Duration = Duration::from_millis(500);
/// How many are many.
const MANY: usize = 20;

const TAKE: Answer = Answer::Take(Duration::ZERO);

/// The protocols by the names that the settings have for them.
const PROTOCOLS: [&str; 3] = ["http/protobuf", "http/json", "grpc"];

/// Settings that send each item by itself and at once.
const AT_ONCE: [(&str, &str); 4] = [
    ("OTEL_BSP_SCHEDULE_DELAY", "1"),
    ("OTEL_BLRP_SCHEDULE_DELAY", "1"),
    ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "1"),
    ("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "1"),
];

async fn create_task(lab: &Lab) {
    let answer = reqwest::Client::new()
        .post(format!("{}/api/tasks", lab.url))
        .header("traceparent", format!("00-{TRACE_ID}-{PARENT_ID}-01"))
        .header("tracestate", "vendor=1")
        .json(&json!({ "title": "secret plans" }))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201);
}

/// Makes requests that leave one span and one log record each, one after the other, and
/// makes sure that each is answered promptly.
async fn ask(lab: &Lab, requests: usize) {
    let client = reqwest::Client::new();
    let mut times = Vec::with_capacity(requests);
    for _ in 0..requests {
        let start = Instant::now();
        let url = format!("{}/api/simulate-slow?delay=0", lab.url);
        assert_eq!(client.get(url).send().await.unwrap().status(), 200);
        times.push(start.elapsed());
    }
    times.sort();
    assert!(times.last().is_none_or(|slowest| *slowest < PROMPT), "{times:?}");
    if requests >= MANY {
        let median = times[requests / 2];
        assert!(median < USUAL, "{median:?}");
    }
}

/// The value of a metric of whole numbers, or the sum over its labels.
async fn metric(lab: &Lab, start: &str) -> usize {
    let text = reqwest::get(format!("{}/metrics", lab.url)).await.unwrap().text().await.unwrap();
    let lines = text.lines().filter(|line| line.starts_with(start));
    lines.map(|line| line.rsplit(' ').next().unwrap().parse::<usize>().unwrap()).sum()
}

/// `telemetry_dropped_total` of one signal, over all reasons but that of stdout, which
/// nobody reads here.
async fn lost(lab: &Lab, signal: &str) -> usize {
    let mut sum = 0;
    for reason in ["export_queue_full", "export_failed"] {
        sum += dropped(lab, signal, reason).await;
    }
    sum
}

async fn dropped(lab: &Lab, signal: &str, reason: &str) -> usize {
    let name = format!("telemetry_dropped_total{{reason=\"{reason}\",signal=\"{signal}\"}}");
    metric(lab, &name).await
}

async fn until(what: &str, met: impl AsyncFn() -> bool) {
    let start = Instant::now();
    while !met().await {
        assert!(start.elapsed() < PATIENCE, "still waiting for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until this many spans arrived, or more.
async fn spans(collector: &Collector, count: usize) {
    until("spans", async || collector.received().spans().len() >= count).await;
}

/// Stops the program, which must do so in order; gives its log.
async fn stop(lab: Lab) -> Vec<Value> {
    let (code, took, lines) = tokio::task::spawn_blocking(|| lab.stop()).await.unwrap();
    assert_eq!(code, Some(0), "{lines:?}");
    assert!(took < Duration::from_secs(8), "{took:?}");
    lines
}

/// How many lines of a log are sent as well. What the exporter's troubles make is not:
/// it would make more of them.
fn sent(lines: &[Value]) -> usize {
    let alone =
        |target: &str| target.starts_with("telemetry") || target.starts_with("opentelemetry");
    lines.iter().filter(|line| !alone(line["target"].as_str().unwrap())).count()
}
