//! Clients' telemetry on its way through the program.

use std::time::Duration;

use serde_json::{Value, json};

use super::{PARENT_ID, PROTOCOLS, TAKE, TRACE_ID, dropped, stop, until};
use crate::collector::{Answer, Collector, Refusal, attribute, hex, text};
use crate::lab::Lab;

async fn start(collector: &Collector, vars: &[(&str, &str)]) -> Lab {
    let endpoint = format!("http://{}", collector.serve("127.0.0.1:0").await.address);
    let fixed = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        // The program's own stays where it is until the end.
        ("OTEL_BSP_SCHEDULE_DELAY", "3600000"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "3600000"),
    ];
    Lab::start(&[fixed.as_slice(), vars].concat())
}

async fn post(lab: &Lab, path: &str, body: &Value) -> reqwest::Response {
    let url = format!("{}/otlp/v1/{path}", lab.url);
    reqwest::Client::new().post(url).json(body).send().await.unwrap()
}

fn string(text: &str) -> Value {
    json!({ "stringValue": text })
}

fn click() -> Value {
    let span = json!({
        "traceId": TRACE_ID, "spanId": PARENT_ID, "name": "click add-task", "kind": 1,
        "attributes": [{ "key": "user.email", "value": string("a@b.c") }],
    });
    json!({ "resourceSpans": [{
        "resource": { "attributes": [{ "key": "service.name", "value": string("task-backend") }] },
        "scopeSpans": [{ "spans": [span, { "traceId": "00", "spanId": "00", "name": "bad" }] }],
    }]})
}

fn record() -> Value {
    json!({ "resourceLogs": [{ "scopeLogs": [{ "logRecords": [{
        "body": string("it broke"), "severityText": "ERROR", "severityNumber": 17,
        "traceId": TRACE_ID, "spanId": PARENT_ID,
    }]}]}]})
}

async fn both_arrive(protocol: &str, compression: &str) {
    let collector = Collector::new(TAKE);
    let vars = [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", compression),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-team=lab%20one"),
    ];
    let lab = start(&collector, &vars).await;
    assert_eq!(post(&lab, "traces", &click()).await.status(), 200);
    assert_eq!(post(&lab, "logs", &record()).await.status(), 200);
    until("both", async || {
        let received = collector.received();
        !received.traces.is_empty() && !received.logs.is_empty()
    })
    .await;

    let received = collector.received();
    let message = &received.traces[0].resource_spans[0];
    let resource = &message.resource.as_ref().unwrap().attributes;
    assert_eq!(attribute(resource, "service.name").unwrap(), "task-frontend");
    let spans = &message.scope_spans[0].spans;
    assert_eq!((spans.len(), spans[0].name.as_str()), (1, "click add-task"));
    assert_eq!(
        (hex(&spans[0].trace_id), hex(&spans[0].span_id)),
        (TRACE_ID.into(), PARENT_ID.into())
    );
    assert_eq!(attribute(&spans[0].attributes, "user.email").unwrap(), "[REDACTED]");
    let record = received.records()[0];
    assert_eq!(text(record.body.clone()), "it broke");
    assert_eq!((record.severity_number, hex(&record.trace_id)), (17, TRACE_ID.into()));
    for call in &received.calls {
        let content = call.headers["content-type"].to_str().unwrap();
        let encoding = match protocol {
            "grpc" => "grpc-encoding",
            _ => "content-encoding",
        };
        let encoding = call.headers.get(encoding).map_or("none", |value| value.to_str().unwrap());
        let expected = match protocol {
            "http/protobuf" => "application/x-protobuf",
            "http/json" => "application/json",
            _ => "application/grpc",
        };
        assert_eq!((content, encoding), (expected, compression));
        assert_eq!(call.headers["x-team"], "lab one");
    }
    stop(lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browsers_telemetry_arrives_over_every_protocol() {
    for protocol in PROTOCOLS {
        both_arrive(protocol, "none").await;
        both_arrive(protocol, "gzip").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_says_not_now_gets_it_later() {
    for protocol in PROTOCOLS {
        let refusal =
            Refusal { status: 503, retry_after: Some("1"), code: tonic::Code::Unavailable };
        let collector = Collector::new(Answer::RefuseOnce(refusal));
        let lab = start(&collector, &[("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)]).await;
        assert_eq!(post(&lab, "traces", &click()).await.status(), 200);
        until("the span", async || !collector.received().traces.is_empty()).await;
        let calls = collector.received().calls;
        let least = if protocol == "grpc" { 100 } else { 1_000 };
        assert!(calls[1].at - calls[0].at >= Duration::from_millis(least));
        assert_eq!(dropped(&lab, "span", "forward_failed").await, 0);
        stop(lab).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_for_good_is_counted() {
    for protocol in PROTOCOLS {
        let refusal =
            Refusal { status: 400, retry_after: None, code: tonic::Code::InvalidArgument };
        let collector = Collector::new(Answer::Refuse(refusal));
        let lab = start(&collector, &[("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)]).await;
        for _ in 0..3 {
            assert_eq!(post(&lab, "traces", &click()).await.status(), 200);
            assert_eq!(post(&lab, "logs", &record()).await.status(), 200);
        }
        for signal in ["span", "log"] {
            let lost = async || dropped(&lab, signal, "forward_failed").await;
            until("three drops", async || lost().await == 3).await;
        }
        assert_eq!(collector.received().calls.len(), 6);
        stop(lab).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intake_that_cannot_forward_asks_to_try_again() {
    for protocol in PROTOCOLS {
        let collector = Collector::new(Answer::Hang);
        let lab = start(&collector, &[("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)]).await;
        let mut refused = None;
        // One is under way, 64 wait.
        for _ in 0..70 {
            let answer = post(&lab, "traces", &click()).await;
            if answer.status() == 503 {
                refused = Some(answer);
                break;
            }
        }
        let refused = refused.unwrap();
        assert_eq!(refused.headers()["retry-after"], "1");
        let problem: Value = refused.json().await.unwrap();
        assert_eq!(problem["code"], "intake_full");
    }
}
