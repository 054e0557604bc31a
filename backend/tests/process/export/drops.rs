//! What does not fit is dropped, and `telemetry_dropped_total` says how much.

use serde_json::json;

use super::{AT_ONCE, PROTOCOLS, TAKE, ask, dropped, lost, metric, sent, stop, until};
use crate::collector::{Answer, Collector};
use crate::lab::Lab;
use crate::load::client;

const REQUESTS: usize = 300;

/// The sink stalls, the queues overflow, and when it goes on the books balance: what was
/// made is what arrived and what was counted.
async fn overflows(protocol: &str) {
    let collector = Collector::new(Answer::Hang);
    let server = collector.serve("127.0.0.1:0").await;
    let lab = Lab::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{}", server.address)),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "3600000"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "50"),
        ("OTEL_BLRP_MAX_QUEUE_SIZE", "40"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "20"),
        ("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "20"),
        AT_ONCE[0],
        AT_ONCE[1],
    ]);
    ask(&lab, REQUESTS).await;
    // At the most the queue and one batch on its way are not lost yet.
    let spans = dropped(&lab, "span", "export_queue_full").await;
    let records = dropped(&lab, "log", "export_queue_full").await;
    assert!((REQUESTS - 70..=REQUESTS - 50).contains(&spans), "{spans}");
    assert!(records >= REQUESTS - 60, "{records}");

    collector.set(TAKE);
    let balanced = async || collector.received().spans().len() + spans == REQUESTS;
    until("the rest of the spans", balanced).await;
    until("the rest of the records", async || {
        collector.received().records().len() + records >= REQUESTS
    })
    .await;
    assert_eq!((lost(&lab, "span").await, lost(&lab, "log").await), (spans, records));
    assert_eq!(metric(&lab, "telemetry_dropped_total").await, spans + records);

    let lines = stop(lab).await;
    let made = sent(&lines);
    assert!(made > REQUESTS);
    assert_eq!(collector.received().records().len() + records, made);
    assert_eq!(collector.received().spans().len() + spans, REQUESTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_the_books_balance() {
    overflows(PROTOCOLS[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_grpc_the_books_balance() {
    overflows(PROTOCOLS[2]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scrapes_at_once_count_a_loss_once() {
    let lab = Lab::start(&[]);
    let client = client();
    // A page says that it lost a span.
    let count = json!({ "key": "app.dropped_spans", "value": { "intValue": "1" } });
    let scopes = json!([{ "scope": { "name": "page", "attributes": [count] }, "spans": [] }]);
    let report = json!({ "resourceSpans": [{ "scopeSpans": scopes }] });
    for round in 1..=100 {
        let report = client.post(format!("{}/otlp/v1/traces", lab.url)).json(&report);
        assert_eq!(report.send().await.unwrap().status(), 200);
        let scrapes: Vec<_> = (0..8)
            .map(|_| tokio::spawn(client.get(format!("{}/metrics", lab.url)).send()))
            .collect();
        let series =
            format!("telemetry_dropped_total{{reason=\"browser\",signal=\"span\"}} {round}\n");
        for scrape in scrapes {
            let text = scrape.await.unwrap().unwrap().text().await.unwrap();
            assert!(text.contains(&series), "{series}");
        }
    }
}
