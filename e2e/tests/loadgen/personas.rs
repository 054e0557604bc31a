//! Who sends is known wherever one looks: in spans, log lines and metrics.

use std::time::{Duration, Instant};

use e2e::backend::Backend;
use serde_json::Value;

use crate::collector::Collector;
use crate::program::{code, loadgen, text};

/// How long telemetry may take to arrive on a slow machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Only Hong Kong's sensors, which report themselves first and abandon nothing.
const SCENARIO: &str = "
[regions.asia-east-1]
weight = 1.0
[devices.sensor-node]
weight = 1.0
networks = { ethernet = 1.0 }
[behaviour]
abandon = 0.0
delete = 1.0
think_ms = 50.0
";

#[tokio::test]
async fn a_persona_reaches_spans_log_lines_and_metrics() {
    let backend = Backend::start("127.0.0.1:0", None, &[]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("hong-kong.toml");
    std::fs::write(&scenario, SCENARIO).unwrap();
    let words = [
        "--target",
        &backend.url,
        "--rate",
        "20",
        "--duration",
        "3s",
        "--no-network",
        "--scenario",
        scenario.to_str().unwrap(),
    ];
    let output = loadgen(&words).output().unwrap();
    let told = text(&output);
    assert_eq!(code(&output), 0, "{told}");

    let slowest = told.lines().skip_while(|line| *line != "slowest traces").skip(1);
    let mut services = Vec::new();
    for line in slowest.take(3) {
        let trace_id = line.split_whitespace().next().unwrap();
        let (trace, access) = whole(&backend, trace_id).await;
        for span in trace["spans"].as_array().unwrap() {
            if span["name"].as_str().unwrap().contains("/api/") {
                let attributes = &span["attributes"];
                assert_eq!(attributes["app.region"], "asia-east-1", "{span}");
                assert_eq!(attributes["app.timezone"], "Asia/Hong_Kong", "{span}");
                assert_eq!(attributes["app.device"], "sensor-node", "{span}");
                assert_eq!(attributes["app.network_type"], "ethernet", "{span}");
                assert_eq!(attributes["app.traffic_mode"], "run", "{span}");
                assert_eq!(attributes["user_agent.synthetic.type"], "test", "{span}");
                services.push((span["service"].clone(), span["kind"].clone()));
            }
        }
        let fields = &access["fields"];
        assert_eq!(fields["app.region"], "asia-east-1", "{fields}");
        assert_eq!(fields["app.device"], "sensor-node", "{fields}");
    }
    assert!(services.contains(&("lab-loadgen".into(), "client".into())), "{services:?}");
    assert!(services.contains(&("task-backend".into(), "server".into())), "{services:?}");

    let metrics =
        reqwest::get(format!("{}/metrics", backend.url)).await.unwrap().text().await.unwrap();
    let series = "synthetic_requests_total{device=\"sensor-node\",mode=\"run\",\
                  outcome=\"accepted\",region=\"asia-east-1\"} ";
    let line = metrics.lines().find_map(|line| line.strip_prefix(series));
    assert!(line.unwrap().parse::<u32>().unwrap() >= 15, "{line:?}");
    let elsewhere = metrics.lines().filter(|line| {
        line.starts_with("synthetic_requests_total{") && !line.contains("asia-east-1")
    });
    assert_eq!(elsewhere.count(), 0);
}

/// A trace with all its spans, and its access line: they arrive after the answer.
async fn whole(backend: &Backend, trace_id: &str) -> (Value, Value) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let url = format!("{}/api/traces/{trace_id}", backend.url);
        let trace: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        let mut lines = trace["logs"].as_array().into_iter().flatten();
        let access = lines.find(|line| line["fields"]["http.response.status_code"].is_number());
        if let Some(access) = access.filter(|_| trace["complete"] == true) {
            return (trace.clone(), access.clone());
        }
        assert!(Instant::now() < deadline, "not whole: {trace}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// By what the backend exports: it records what the generator has decided to record.
#[tokio::test(flavor = "multi_thread")]
async fn the_sampling_ratio_holds_end_to_end() {
    let collector = Collector::start().await;
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.as_str()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
    ];
    let backend = Backend::start("127.0.0.1:0", None, &settings).unwrap();
    for (ratio, wanted, last) in [("0", 0..=0, "a"), ("0.5", 25..=75, "b")] {
        let words = ["--target", &backend.url, "--rate", "50", "--duration", "2s"];
        let mut command = loadgen(&words);
        command.env("OTEL_TRACES_SAMPLER", "traceidratio").env("OTEL_TRACES_SAMPLER_ARG", ratio);
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let told = text(&output);
        assert_eq!(code(&output), 0, "{told}");
        assert_eq!(told.contains("slowest traces"), ratio != "0", "{told}");

        // Spans leave in order: with this one all of the run's are there.
        let before = collector.traces("task-backend");
        let last = last.repeat(32);
        recorded(&backend, &collector, &last).await;
        let mut traces = collector.traces("task-backend");
        assert!(traces.remove(&last) && before.is_subset(&traces), "{before:?} {traces:?}");
        traces.remove(&"a".repeat(32));
        assert!(wanted.contains(&traces.len()), "{ratio}: {}", traces.len());
        assert!(collector.traces("lab-loadgen").is_subset(&traces), "{traces:?}");
    }
}

/// One more request, recorded in this trace, and its arrival at the collector.
async fn recorded(backend: &Backend, collector: &Collector, trace_id: &str) {
    let traceparent = format!("00-{trace_id}-b7ad6b7169203331-01");
    let request = reqwest::Client::new().get(format!("{}/api/tasks", backend.url));
    let answer = request.header("traceparent", traceparent).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let deadline = Instant::now() + PATIENCE;
    while !collector.traces("task-backend").contains(trace_id) {
        assert!(Instant::now() < deadline, "{trace_id} was not exported");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
