//! Every query that the lab writes down, asked of a real Prometheus.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use e2e::alertmanager::Alertmanager;
use e2e::backend::Backend;
use e2e::prometheus::{Prometheus, Sample, target};
use e2e::promql;
use serde_json::{Value, json};

use crate::inbox::Inbox;
use crate::probe::Exporters;

/// Groups whose exporters cannot run here; their files name the documentation.
const ELSEWHERE: [(&str, &str); 3] =
    [("container", "container.yml"), ("gpu", "gpu.yml"), ("otel-collector", "collector.yml")];

const AVAILABILITY: &str =
    "100 * (1 - (sum(rate(http_errors_total[5m])) / sum(rate(http_requests_total[5m]))))";
const LATENCY: &str =
    "histogram_quantile(0.95, sum(rate(http_request_duration_seconds_bucket[5m])) by (le))";
const DATABASE: &str =
    "histogram_quantile(0.95, sum(rate(db_query_duration_seconds_bucket[5m])) by (le, operation))";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_down_is_what_is_there() {
    let backend = Backend::start("127.0.0.1:0", None, &[]).unwrap();
    let address = backend.url.strip_prefix("http://").unwrap().to_owned();
    let inbox = Inbox::start(&backend.url).await;
    let alertmanager = Alertmanager::start(&format!("{}/alerts", inbox.url), &[]).await.unwrap();
    let exporters = Exporters::start(address.parse().unwrap()).await;
    let mut targets = exporters.targets.clone();
    targets.push(("backend", target(&address)));
    targets.push(("alertmanager", target(&alertmanager.address.to_string())));
    let prometheus = Prometheus::start("production", &targets).await.unwrap();

    nobody_asks(&prometheus).await;
    everybody_is_well(&prometheus, &backend).await;
    somebody_fails(&prometheus, &backend).await;
    rules_read_what_is_scraped(&prometheus).await;
    documents_ask_what_prometheus_understands(&prometheus).await;
    dashboards_ask_what_prometheus_understands(&prometheus).await;
}

/// Before the first request: no burn, and the classic queries say "no traffic".
async fn nobody_asks(prometheus: &Prometheus) {
    prometheus.until("slo:current_burn_rate:ratio", |samples| samples.len() == 2).await.unwrap();
    for query in
        ["slo:current_burn_rate:ratio", "slo:sli_error:ratio_rate5m", "slo:sli_error:ratio_rate30d"]
    {
        let samples = prometheus.until(query, |samples| samples.len() == 2).await.unwrap();
        assert!(samples.iter().all(|sample| sample.value == 0.0), "{query}: {samples:?}");
    }
    assert!(the_only(&prometheus.query(AVAILABILITY).await.unwrap()).is_nan());
}

/// Before the first error: 100 %, not "no data".
async fn everybody_is_well(prometheus: &Prometheus, backend: &Backend) {
    let http = reqwest::Client::new();
    let tasks = format!("{}/api/tasks", backend.url);
    for number in 0..=60 {
        let body = json!({ "title": format!("task {number}") });
        assert_eq!(http.post(&tasks).json(&body).send().await.unwrap().status(), 201);
        assert_eq!(http.get(&tasks).send().await.unwrap().status(), 200);
        if number == 0 {
            // What comes before a series' first scrape is nothing to `rate`.
            let series = r#"http_requests_total{endpoint="/api/tasks",status_code=~"2.."}"#;
            prometheus.until(series, |samples| samples.len() == 2).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let samples =
        prometheus.until(AVAILABILITY, |samples| !samples.is_empty() && !samples[0].value.is_nan());
    assert!((the_only(&samples.await.unwrap()) - 100.0).abs() < f64::EPSILON);
    let latency = prometheus
        .until(LATENCY, |samples| samples.iter().any(|s| s.value.is_finite()))
        .await
        .unwrap();
    assert!((0.0..0.5).contains(&the_only(&latency)), "{latency:?}");
    let used = |samples: &[Sample], operation: &str| {
        samples
            .iter()
            .find(|sample| sample.labels.get("operation").is_some_and(|found| found == operation))
            .is_some_and(|sample| sample.value.is_finite() && sample.value < 2.0)
    };
    prometheus
        .until(DATABASE, |samples| used(samples, "INSERT") && used(samples, "SELECT"))
        .await
        .unwrap();
}

/// One of many: less than 100, and never less than 0.
async fn somebody_fails(prometheus: &Prometheus, backend: &Backend) {
    for _ in 0..30 {
        let url = format!("{}/api/simulate-error", backend.url);
        assert_eq!(reqwest::get(url).await.unwrap().status(), 500);
    }
    // A scrape may come between two of them; the next one has them all.
    let errors = "sum(http_errors_total)";
    prometheus.until(errors, |samples| samples.iter().any(|s| s.value > 29.5)).await.unwrap();
    let value = the_only(&prometheus.query(AVAILABILITY).await.unwrap());
    println!("30 of 150 requests failed: {value:.1} % were good");
    // Among all requests the failed ones' series begins with them, so that `rate` may miss
    // them: 30 of 120 at the most. What it knows for ten seconds or more it draws out by up to
    // five, and the errors, known for longer, by less: 30 of 240 at the least.
    assert!((74.5..88.0).contains(&value), "{value}");
}

/// Each alert is whole, evaluates, and reads metrics that exist.
async fn rules_read_what_is_scraped(prometheus: &Prometheus) {
    // What a rule records from another's recording takes two turns of a minute.
    let deadline = Instant::now() + Duration::from_mins(3);
    let mut complaints = complaints(prometheus).await;
    while !complaints.is_empty() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_secs(1)).await;
        complaints = self::complaints(prometheus).await;
    }
    assert_eq!(complaints, Vec::<String>::new());

    let groups = prometheus.api("rules", &[("type", "alert")]).await.unwrap()["groups"].clone();
    let mut alerts = 0;
    for rule in groups.as_array().unwrap().iter().flat_map(rules) {
        alerts += 1;
        let name = &rule["name"];
        for key in ["summary", "description", "runbook_url", "dashboard_url"] {
            assert!(rule["annotations"][key].is_string(), "{name} has no {key}");
        }
        let severity = rule["labels"]["severity"].as_str().unwrap();
        assert!(matches!(severity, "page" | "ticket" | "info"), "{name}: {severity}");
    }
    println!("{alerts} alerts in {} groups", groups.as_array().unwrap().len());
    assert!(alerts > 40, "{alerts}");
}

/// Rules that do not evaluate or read what nobody has.
async fn complaints(prometheus: &Prometheus) -> Vec<String> {
    let there = names(prometheus).await;
    let groups = prometheus.api("rules", &[]).await.unwrap()["groups"].clone();
    let mut complaints = Vec::new();
    for group in groups.as_array().unwrap() {
        let elsewhere = ELSEWHERE.iter().find(|(name, _)| group["name"] == *name);
        for rule in rules(group) {
            let name = &rule["name"];
            if rule["health"] != "ok" {
                complaints.push(format!("{name} is {}: {}", rule["health"], rule["lastError"]));
            }
            let read = promql::metrics(rule["query"].as_str().unwrap());
            let missing: Vec<_> = read.difference(&there).collect();
            match elsewhere {
                None if missing.is_empty() => {}
                None => complaints.push(format!("{name} reads {missing:?}, which nobody has")),
                Some((_, file)) => {
                    let file = repository().join("compose/prometheus/rules").join(file);
                    let text = fs::read_to_string(file).unwrap();
                    assert!(
                        text.contains("# https://"),
                        "{name}: where are its metrics described?"
                    );
                }
            }
        }
    }
    complaints
}

/// The names of everything that Prometheus has.
async fn names(prometheus: &Prometheus) -> BTreeSet<String> {
    let names = prometheus.api("label/__name__/values", &[]).await.unwrap();
    names.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

fn rules(group: &Value) -> &[Value] {
    group["rules"].as_array().unwrap()
}

/// The queries of `docs/VERIFICATION.md` and of every runbook.
async fn documents_ask_what_prometheus_understands(prometheus: &Prometheus) {
    let verification = fs::read_to_string(repository().join("docs/VERIFICATION.md")).unwrap();
    let mut queries: Vec<String> = verification
        .lines()
        .filter_map(|line| line.strip_prefix('|')?.split('|').nth(1)?.trim().strip_prefix('`'))
        .filter_map(|cell| cell.strip_suffix('`'))
        .filter(|query| !query.starts_with("curl"))
        .map(str::to_owned)
        .collect();
    for query in [AVAILABILITY, LATENCY, DATABASE] {
        assert!(queries.iter().any(|found| found == query), "VERIFICATION.md lacks {query}");
    }
    for entry in fs::read_dir(repository().join("docs/runbooks")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let blocks = text.split("```promql\n").skip(1);
        queries.extend(blocks.map(|block| block.split("```").next().unwrap().to_owned()));
    }
    println!("{} queries in the documents", queries.len());
    assert!(queries.len() > 60, "{}", queries.len());
    let there = names(prometheus).await;
    for query in queries {
        prometheus.query(&query).await.unwrap();
        for metric in promql::metrics(&query) {
            let is_elsewhere =
                ["container_", "DCGM_", "otelcol_"].iter().any(|start| metric.starts_with(start));
            assert!(is_elsewhere || there.contains(&metric), "{query} reads {metric}");
        }
    }
}

/// The PromQL of every dashboard. What the stores tell of themselves, and what Tempo makes of
/// spans, is in the compose stack alone.
async fn dashboards_ask_what_prometheus_understands(prometheus: &Prometheus) {
    const ELSEWHERE: [&str; 8] = [
        "container_",
        "otelcol_",
        "tempo_",
        "loki_",
        "traces_spanmetrics_",
        "traces_service_graph_",
        "alertmanager_notifications_",
        "synthetic_",
    ];
    let there = names(prometheus).await;
    let mut queries = 0;
    for folder in fs::read_dir(repository().join("grafana/dashboards")).unwrap() {
        for file in fs::read_dir(folder.unwrap().path()).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            let dashboard: Value = serde_json::from_str(&text).unwrap();
            let panels = dashboard["panels"].as_array().unwrap().iter();
            let targets =
                panels.flat_map(|panel| panel["targets"].as_array().into_iter().flatten());
            for target in targets.filter(|target| target["datasource"]["uid"] == "prometheus") {
                let query = target["expr"].as_str().unwrap();
                prometheus.query(query).await.unwrap();
                for metric in promql::metrics(query) {
                    let is_elsewhere = ELSEWHERE.iter().any(|start| metric.starts_with(start));
                    assert!(is_elsewhere || there.contains(&metric), "{query} reads {metric}");
                }
                queries += 1;
            }
        }
    }
    println!("{queries} queries in the dashboards");
    assert!(queries > 40, "{queries}");
}

fn the_only(samples: &[Sample]) -> f64 {
    assert_eq!(samples.len(), 1, "{samples:?}");
    samples[0].value
}
