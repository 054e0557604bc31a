//! Who sends is known wherever one looks: in spans, log lines and metrics.

use std::process::{Command, Stdio};
use std::time::Duration;

use e2e::backend::Backend;
use serde_json::Value;

use crate::program::{code, loadgen, text};

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
        let trace: Value = reqwest::get(format!("{}/api/traces/{trace_id}", backend.url))
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
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
        let access = trace["logs"]
            .as_array()
            .unwrap()
            .iter()
            .find(|line| line["fields"]["http.response.status_code"].is_number());
        let fields = &access.unwrap()["fields"];
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

#[tokio::test]
async fn the_sampling_ratio_holds_end_to_end() {
    let backend = Backend::start("127.0.0.1:0", None, &[]).unwrap();
    let words = ["--target", &backend.url, "--rate", "50", "--duration", "2s"];
    let mut command: Command = loadgen(&words);
    command.env("OTEL_TRACES_SAMPLER", "traceidratio").env("OTEL_TRACES_SAMPLER_ARG", "0");
    let output = command.stderr(Stdio::piped()).output().unwrap();
    let told = text(&output);
    assert_eq!(code(&output), 0, "{told}");
    assert!(!told.contains("slowest traces"), "{told}");
    tokio::time::sleep(Duration::from_millis(100)).await;
}
