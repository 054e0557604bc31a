//! The trace that is partly here and partly in Tempo and Loki.

use std::future;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use backend::config::TraceStoresConfig;
use backend::traces::{RemoteStores, StoreUrls};
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, TracesData};
use prost::Message;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::harness::{Lab, TRACE_ID};

/// What Tempo calls `TraceByIDResponse`.
#[derive(Clone, PartialEq, Message)]
struct TraceById {
    #[prost(message, optional, tag = "1")]
    trace: Option<TracesData>,
}

/// The browser's click and its request, which the server's span of the harness hangs on,
/// and that server's span once more.
fn tempo_answer() -> Vec<u8> {
    let attribute = |key: &str, value: &str| KeyValue {
        key: key.into(),
        value: Some(AnyValue { value: Some(Any::StringValue(value.into())) }),
        ..KeyValue::default()
    };
    let span = |id: &str, parent: &str, name: &str, kind: i32| Span {
        trace_id: bytes(TRACE_ID),
        span_id: bytes(id),
        parent_span_id: bytes(parent),
        name: name.into(),
        kind,
        start_time_unix_nano: 1_769_860_800_000_000_000,
        end_time_unix_nano: 1_769_860_800_010_000_000,
        ..Span::default()
    };
    let spans = vec![
        span("aaaaaaaaaaaaaaaa", "", "click add-task", 1),
        span("b7ad6b7169203331", "aaaaaaaaaaaaaaaa", "POST /api/tasks", 3),
    ];
    let resource = Resource {
        attributes: vec![attribute("service.name", "task-frontend")],
        ..Resource::default()
    };
    let resource_spans = ResourceSpans {
        resource: Some(resource),
        scope_spans: vec![ScopeSpans { spans, ..ScopeSpans::default() }],
        ..ResourceSpans::default()
    };
    TraceById { trace: Some(TracesData { resource_spans: vec![resource_spans] }) }.encode_to_vec()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn loki_answer() -> Value {
    json!({ "status": "success", "data": { "resultType": "streams", "result": [{
        "stream": {
            "service_name": "lab-proxy",
            "severity_text": "INFO",
            "detected_level": "info",
            "trace_id": TRACE_ID,
            "http_response_status_code": "201",
        },
        "values": [["1769860800005000999", "POST /api/tasks 201"]],
    }] } })
}

/// Serves `router` on a free port; the URL.
async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, router).into_future());
    format!("http://{address}")
}

async fn tempo() -> String {
    let path = format!("/api/v2/traces/{TRACE_ID}");
    let answer = || async { ([(CONTENT_TYPE, "application/protobuf")], tempo_answer()) };
    serve(Router::new().route(&path, get(answer))).await
}

async fn loki() -> String {
    let answer = |uri: axum::http::Uri| async move {
        let query = percent_encoding::percent_decode_str(uri.query().unwrap_or_default());
        let query = query.decode_utf8().unwrap().into_owned();
        let asked = format!("query={{service_name=~\".+\"}} | trace_id=\"{TRACE_ID}\"");
        let known = query.contains(&asked) && query.contains("&start=") && query.contains("&end=");
        let none = json!({ "data": { "result": [] } });
        axum::Json(if known { loki_answer() } else { none })
    };
    serve(Router::new().route("/loki/api/v1/query_range", get(answer))).await
}

async fn lab(tempo: &str, loki: &str) -> Lab {
    let config = TraceStoresConfig { tempo: Some(tempo.into()), loki: Some(loki.into()) };
    let urls = StoreUrls::choose(&config).unwrap();
    Lab::start_with(|parts| parts.remote = RemoteStores::new(&urls)).await
}

#[tokio::test]
async fn what_is_here_and_what_the_stores_have_make_one_trace() {
    let lab = lab(&tempo().await, &loki().await).await;
    lab.add("a").await;
    let trace = lab.trace(TRACE_ID).await;
    assert_eq!(trace["sources"], json!(["memory", "tempo", "loki"]));
    assert_eq!(trace["unavailable"], json!([]));
    assert_eq!(trace["complete"], true, "{trace}");
    let services: Vec<_> =
        trace["spans"].as_array().unwrap().iter().map(|span| &span["service"]).collect();
    assert_eq!(services.iter().filter(|name| **name == "task-frontend").count(), 2);
    assert_eq!(services.iter().filter(|name| **name == "task-backend").count(), 2);
    let lines = trace["logs"].as_array().unwrap();
    let proxy = lines.iter().find(|line| line["service"] == "lab-proxy").unwrap();
    assert_eq!(proxy["message"], "POST /api/tasks 201");
    assert_eq!(proxy["level"], "INFO");
    assert_eq!(proxy["fields"], json!({ "http_response_status_code": "201" }));
    assert!(lines.len() > 1, "{lines:?}");

    let page = lab.get(&format!("/traces/{TRACE_ID}")).await.body;
    assert!(page.contains("data-state=\"complete\"") && page.contains("lab-proxy"), "{page}");
}

#[tokio::test]
async fn a_trace_that_is_no_longer_here_comes_from_the_stores() {
    let lab = lab(&tempo().await, &loki().await).await;
    let trace = lab.get(&format!("/api/traces/{TRACE_ID}")).await.json();
    assert_eq!(trace["sources"], json!(["tempo", "loki"]));
    assert_eq!(trace["spans"].as_array().unwrap().len(), 2);
    let unknown = format!("/api/traces/{}", TRACE_ID.replace('0', "1"));
    lab.get(&unknown).await.problem(404, "trace_not_found");
}

#[tokio::test]
async fn a_store_that_is_down_is_named() {
    // Nobody listens on port 9 (discard).
    let lab = lab("http://127.0.0.1:9", &loki().await).await;
    lab.add("a").await;
    let trace = lab.trace(TRACE_ID).await;
    assert_eq!(trace["sources"], json!(["memory", "loki"]));
    assert_eq!(trace["unavailable"], json!(["tempo"]));
    let panel = lab.get(&format!("/fragments/traces/{TRACE_ID}?turn=9")).await;
    assert_eq!(panel.status, 200);
    assert!(panel.body.contains("Tempo does not answer"), "{}", panel.body);
    let unknown = TRACE_ID.replace('0', "1");
    lab.get(&format!("/api/traces/{unknown}")).await.problem(404, "trace_not_found");
    let page = lab.get(&format!("/traces/{unknown}")).await;
    assert_eq!(page.status, 404);
    assert!(page.body.contains("Tempo does not answer"), "{}", page.body);
    let told = lab.lines().into_iter().filter(|line| line["app.store"] == "tempo").count();
    assert_eq!(told, 1, "once per outage");
}

/// A question that a store does not take is no outage: others' traces stay whole.
#[tokio::test]
async fn a_store_that_refuses_a_question_is_asked_the_next_one() {
    let refuse = get(|| async { StatusCode::BAD_REQUEST });
    let path = format!("/api/v2/traces/{}", TRACE_ID.replace('0', "1"));
    let known = format!("/api/v2/traces/{TRACE_ID}");
    let answer = get(|| async { ([(CONTENT_TYPE, "application/protobuf")], tempo_answer()) });
    let tempo = serve(Router::new().route(&path, refuse).route(&known, answer)).await;
    let lab = lab(&tempo, &loki().await).await;
    let refused = format!("/api/traces/{}", TRACE_ID.replace('0', "1"));
    lab.get(&refused).await.problem(404, "trace_not_found");
    let trace = lab.get(&format!("/api/traces/{TRACE_ID}")).await.json();
    assert_eq!(trace["sources"], json!(["tempo", "loki"]), "{trace}");
    let lines = lab.lines();
    let told: Vec<_> = lines.iter().filter(|line| line["app.store"] == "tempo").collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["exception.message"], "it answers 400 Bad Request");
}

#[tokio::test]
async fn stores_that_hang_or_talk_nonsense_cost_a_bounded_time() {
    let hanging = get(|| async { future::pending::<StatusCode>().await });
    let tempo = serve(Router::new().fallback(hanging)).await;
    let nonsense = get(|| async { vec![b'['; 5 * 1024 * 1024].into_response() });
    let loki = serve(Router::new().fallback(nonsense)).await;
    let lab = lab(&tempo, &loki).await;
    lab.add("a").await;
    let start = Instant::now();
    let trace = lab.trace(TRACE_ID).await;
    assert_eq!(trace["unavailable"], json!(["tempo", "loki"]));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    // Nobody waits for it twice.
    let start = Instant::now();
    let trace = lab.trace(TRACE_ID).await;
    assert_eq!(trace["unavailable"], json!(["tempo", "loki"]));
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}
