//! Each protocol and compression carries the same.

use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::{PARENT_ID, PROTOCOLS, TRACE_ID, create_task, stop};
use crate::collector::{Call, Collector, Received, attribute, hex, text};
use crate::lab::{Lab, command, output};

/// Nothing is due before the end: only the flush can send it.
const AT_THE_END: [(&str, &str); 2] =
    [("OTEL_BSP_SCHEDULE_DELAY", "3600000"), ("OTEL_BLRP_SCHEDULE_DELAY", "3600000")];

async fn arrives(protocol: &str, compression: &str) {
    let (collector, address) = Collector::start(Duration::ZERO).await;
    let endpoint = format!("http://{address}");
    let vars = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", compression),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-team=lab%20one,authorization=Bearer%20a%2525b"),
        ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test,team=lab"),
    ];
    let lab = Lab::start(&[vars.as_slice(), &AT_THE_END].concat());
    create_task(&lab).await;
    let lines = stop(lab).await;

    let received = collector.received();
    assert_eq!(received.calls.len(), 2, "{:?}", received.calls);
    for call in &received.calls {
        check_call(call, protocol, compression);
    }
    check_resource(&received);
    check_spans(&received);
    check_records(&received, &lines);
}

fn check_call(call: &Call, protocol: &str, compression: &str) {
    let header = |name: &str| call.headers.get(name).map(|value| value.to_str().unwrap());
    assert_eq!(header("x-team"), Some("lab one"));
    assert_eq!(header("authorization"), Some("Bearer a%25b"));
    let (content, encoding) = match protocol {
        "http/protobuf" => ("application/x-protobuf", header("content-encoding")),
        "http/json" => ("application/json", header("content-encoding")),
        _ => ("application/grpc", header("grpc-encoding")),
    };
    assert_eq!(header("content-type"), Some(content));
    assert_eq!(encoding.unwrap_or("none"), compression);
    assert_eq!(call.path.starts_with("/v1/"), protocol != "grpc", "{}", call.path);
}

fn check_resource(received: &Received) {
    let traces = received.traces[0].resource_spans[0].resource.as_ref().unwrap();
    let logs = received.logs[0].resource_logs[0].resource.as_ref().unwrap();
    for resource in [&traces.attributes, &logs.attributes] {
        assert_eq!(attribute(resource, "service.name").unwrap(), "task-backend");
        assert_eq!(attribute(resource, "service.version").unwrap(), env!("CARGO_PKG_VERSION"));
        assert_eq!(attribute(resource, "service.instance.id").unwrap().len(), 36);
        assert_eq!(attribute(resource, "deployment.environment.name").unwrap(), "test");
        assert_eq!(attribute(resource, "team").unwrap(), "lab");
    }
}

fn check_spans(received: &Received) {
    let spans = received.spans();
    assert_eq!(spans.len(), 2);
    let server = spans.iter().find(|span| span.name == "POST /api/tasks").unwrap();
    let insert = spans.iter().find(|span| span.name == "INSERT tasks").unwrap();
    assert_eq!(hex(&server.trace_id), TRACE_ID);
    assert_eq!(hex(&server.parent_span_id), PARENT_ID);
    assert_eq!(insert.trace_id, server.trace_id);
    assert_eq!(insert.parent_span_id, server.span_id);
    // SERVER and CLIENT.
    assert_eq!((server.kind, insert.kind), (2, 3));
    assert!(server.start_time_unix_nano <= insert.start_time_unix_nano);
    assert!(insert.end_time_unix_nano <= server.end_time_unix_nano);
    for (span, key, value) in [
        (server, "http.request.method", "POST"),
        (server, "http.route", "/api/tasks"),
        (server, "http.response.status_code", "201"),
        (server, "client.address", "127.0.0.0"),
        (insert, "db.operation.name", "INSERT"),
        (insert, "db.collection.name", "tasks"),
        (insert, "db.system.name", "sqlite"),
        (insert, "db.response.returned_rows", "1"),
    ] {
        assert_eq!(attribute(&span.attributes, key).as_deref(), Some(value), "{key}");
    }
}

fn check_records(received: &Received, lines: &[Value]) {
    let server = received.spans().into_iter().find(|span| span.kind == 2).unwrap();
    let records = received.records();
    let access =
        records.iter().find(|record| text(record.body.clone()) == "POST /api/tasks 201").unwrap();
    assert_eq!(hex(&access.trace_id), TRACE_ID);
    assert_eq!(access.span_id, server.span_id);
    assert_eq!((access.severity_text.as_str(), access.severity_number), ("INFO", 9));
    assert_eq!(attribute(&access.attributes, "http.response.status_code").unwrap(), "201");
    assert!(access.time_unix_nano >= server.start_time_unix_nano);

    // Neither signal holds what the person typed.
    assert!(!format!("{received:?}").contains("secret plans"));
    let printed = lines.iter().find(|line| line["target"] == "access").unwrap();
    assert_eq!(printed["trace_id"], TRACE_ID);
    assert_eq!(printed["span_id"], hex(&server.span_id));
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_in_protobuf() {
    arrives("http/protobuf", "none").await;
    arrives("http/protobuf", "gzip").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_in_json() {
    arrives("http/json", "none").await;
    arrives("http/json", "gzip").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_grpc() {
    arrives("grpc", "none").await;
    arrives("grpc", "gzip").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_signal_goes_its_own_way() {
    let (traces, address) = Collector::start(Duration::ZERO).await;
    let for_traces = format!("http://{address}");
    let (logs, address) = Collector::start(Duration::ZERO).await;
    let for_logs = format!("http://{address}/v1/logs");
    let vars = [
        // Nobody listens at the general endpoint.
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &for_traces),
        ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", &for_logs),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", PROTOCOLS[1]),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", PROTOCOLS[2]),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "none"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-team=all"),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x-team=traces"),
    ];
    let lab = Lab::start(&[vars.as_slice(), &AT_THE_END].concat());
    create_task(&lab).await;
    stop(lab).await;

    let (traces, logs) = (traces.received(), logs.received());
    assert!(traces.spans().len() == 2 && traces.logs.is_empty());
    check_call(&with_team(&traces.calls[0], "traces"), "grpc", "none");
    assert!(!logs.records().is_empty() && logs.traces.is_empty());
    check_call(&with_team(&logs.calls[0], "all"), "http/json", "gzip");
}

/// Checks one header and gives the call the headers of the others.
fn with_team(call: &Call, team: &str) -> Call {
    let mut call = call.clone();
    assert_eq!(call.headers["x-team"], team);
    call.headers.insert("x-team", "lab one".parse().unwrap());
    call.headers.insert("authorization", "Bearer a%25b".parse().unwrap());
    call
}

#[test]
fn settings_that_cannot_be_used_end_with_64_and_are_named() {
    for (name, value) in [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/xml"),
        ("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "thrift"),
        ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "zstd"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "hunter2"),
    ] {
        let folder = TempDir::new().unwrap();
        let mut command = command(&folder);
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector").env(name, value);
        let ended = output(command);
        let stderr = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(64), "{stderr}");
        assert!(stderr.contains(name) && stderr.lines().count() == 1, "{stderr}");
        assert!(!stderr.contains("hunter2"), "{stderr}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_sdk_sends_nothing_and_still_writes_lines() {
    let (collector, address) = Collector::start(Duration::ZERO).await;
    let endpoint = format!("http://{address}");
    let lab =
        Lab::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint), ("OTEL_SDK_DISABLED", "true")]);
    create_task(&lab).await;
    let lines = stop(lab).await;
    assert!(collector.received().calls.is_empty());
    let access = lines.iter().find(|line| line["target"] == "access").unwrap();
    assert_eq!(access["message"], "POST /api/tasks 201");
}
