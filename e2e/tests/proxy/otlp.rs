//! The browsers' telemetry on its way in.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use e2e::dns::Dns;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::door::{self, Door};
use crate::recorder::Recorder;

const JSON: &str = "application/json";

fn span(trace_id: &str) -> Value {
    let name = json!({ "key": "service.name", "value": { "stringValue": "task-frontend" } });
    let span = json!({
        "traceId": trace_id,
        "spanId": "b7ad6b7169203331",
        "name": "click add-task",
        "kind": 1,
        "startTimeUnixNano": "1769860800000000000",
        "endTimeUnixNano": "1769860800002500000",
    });
    json!({ "resourceSpans": [{ "resource": { "attributes": [name] }, "scopeSpans": [{ "spans": [span] }] }] })
}

fn post(url: &str, media_type: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
    Client::new().post(url).header("content-type", media_type).body(body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_span_gets_through_to_the_intake() {
    let door = Door::open(&[]);
    let trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
    for signal in ["traces", "logs"] {
        let body = if signal == "traces" { span(trace_id) } else { json!({ "resourceLogs": [] }) };
        let url = door.proxy.url(&format!("/otlp/v1/{signal}"));
        let answer =
            post(&url, "application/json; charset=utf-8", body.to_string()).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{signal}");
        assert_eq!(answer.json::<Value>().await.unwrap(), json!({}));
    }
    let trace = reqwest::get(door.proxy.url(&format!("/api/traces/{trace_id}"))).await.unwrap();
    assert_eq!(trace.json::<Value>().await.unwrap()["spans"][0]["name"], "click add-task");
    // What went well is not worth a line.
    // Its line comes after those of the telemetry would have.
    let log = door.proxy.log(1).unwrap();
    assert!(log.iter().all(|line| line["url.path"] != "/otlp/v1/traces"), "{log:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_collector_gets_the_telemetry_and_nothing_about_its_sender() {
    let (collector, address) = Recorder::start("127.0.0.1:0").await;
    let dns = Dns::start().unwrap();
    dns.set("otel-collector", &[Ipv4Addr::LOCALHOST]);
    let upstream = format!("http://otel-collector:{}", address.port());
    let proxy = door::proxy(&dns, 1, &[("OTLP_UPSTREAM", upstream.as_str())]);
    let bytes = vec![0x0a, 0x00, 0xff];
    let answer = post(&proxy.url("/otlp/v1/traces?x=1"), "application/x-protobuf", bytes.clone())
        .header("cookie", "session=1")
        .header("authorization", "Bearer x")
        .header("x-forwarded-for", "203.0.113.9")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let seen = &collector.seen()[0];
    assert_eq!(seen.line, "POST /v1/traces");
    assert_eq!(seen.body, bytes);
    assert_eq!(seen.header("content-type"), "application/x-protobuf");
    for name in ["cookie", "authorization", "x-forwarded-for", "origin"] {
        assert!(!seen.headers.contains_key(name), "{name}: {seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_telemetry_is_let_in() {
    let (collector, address) = Recorder::start("127.0.0.1:0").await;
    let upstream = format!("http://{address}");
    let dns = Dns::start().unwrap();
    let proxy = door::proxy(&dns, 1, &[("OTLP_UPSTREAM", upstream.as_str())]);
    let url = proxy.url("/otlp/v1/traces");
    let http = Client::new();
    let large = vec![b' '; 256 * 1024 + 1];
    let origin = ("origin", "https://elsewhere.test");
    for (what, request, status) in [
        ("a GET", http.get(&url), 405),
        ("a preflight", http.request(Method::OPTIONS, &url).header(origin.0, origin.1), 405),
        ("no media type", http.post(&url).body("{}"), 415),
        ("text", post(&url, "text/plain", "{}"), 415),
        ("a form", post(&url, "application/x-www-form-urlencoded", "a=b"), 415),
        ("another JSON", post(&url, "application/jsonp", "{}"), 415),
        ("compressed", post(&url, JSON, "x").header("content-encoding", "gzip"), 415),
        ("too large", post(&url, JSON, large.clone()), 413),
        ("other telemetry", post(&proxy.url("/otlp/v1/metrics"), JSON, "{}"), 404),
        ("a page of the collector", http.get(proxy.url("/otlp/debug/pprof")), 404),
        ("deeper", post(&proxy.url("/otlp/v1/traces/x"), JSON, "{}"), 404),
        ("climbing", post(&proxy.url("/otlp/v1/traces/..%2fmetrics"), JSON, "{}"), 404),
    ] {
        let answer = request.header(origin.0, origin.1).send().await.unwrap();
        assert_eq!(answer.status(), status, "{what}");
        let headers = answer.headers().clone();
        assert!(!headers.keys().any(|name| name.as_str().starts_with("access-control")), "{what}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{what}");
        assert_eq!(headers.contains_key("allow"), status == 405, "{what}");
        let body = answer.text().await.unwrap();
        let body: Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("{what}: {body}"));
        assert!(body["message"].is_string() || body["code"] == "route_not_found", "{what}: {body}");
    }
    assert!(collector.seen().is_empty(), "{:?}", collector.seen());
    let fits = vec![b' '; 256 * 1024];
    assert_eq!(post(&url, JSON, fits).send().await.unwrap().status(), 200);
    assert_eq!(collector.seen()[0].body.len(), 256 * 1024);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_is_said_in_one_line() {
    let dns = Dns::start().unwrap();
    let proxy = door::proxy(&dns, 1, &[]);
    for _ in 0..2 {
        let start = Instant::now();
        let answer = post(&proxy.url("/otlp/v1/traces"), JSON, "{}").send().await.unwrap();
        assert_eq!(answer.status(), 503);
        assert_eq!(answer.headers()["retry-after"], "5");
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        let body = answer.text().await.unwrap();
        assert_eq!(body, "{\"message\":\"The collector is away; send this again later.\"}\n");
        // The name is known now, but nobody listens.
        dns.set("otel-collector", &[Ipv4Addr::LOCALHOST]);
    }
    let log = proxy.log(2).unwrap();
    assert_eq!(log.iter().filter(|line| line["http.response.status_code"] == 503).count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_tabs_are_welcome_and_a_flood_is_not() {
    let (collector, address) = Recorder::start("127.0.0.1:0").await;
    let upstream = format!("http://{address}");
    let dns = Dns::start().unwrap();
    // A hundred tabs one after the other, by the values that the stack uses.
    let generous = door::proxy(&dns, 1, &[("OTLP_UPSTREAM", upstream.as_str())]);
    let url = generous.url("/otlp/v1/traces");
    for _ in 0..100 {
        assert_eq!(post(&url, JSON, "{}").send().await.unwrap().status(), 200);
    }
    let strict = door::proxy(
        &dns,
        1,
        &[("OTLP_UPSTREAM", upstream.as_str()), ("LAB_OTLP_RATE", "1r/m"), ("LAB_OTLP_BURST", "4")],
    );
    let url = strict.url("/otlp/v1/traces");
    let mut statuses = Vec::new();
    for _ in 0..8 {
        let answer = post(&url, JSON, "{}").send().await.unwrap();
        assert_eq!(answer.headers().contains_key("retry-after"), answer.status() == 429);
        statuses.push(answer.status().as_u16());
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 429, 429, 429]);
    assert_eq!(collector.seen().len(), 105);
}

/// A collector that holds each request until it is told to answer; how many it holds.
async fn holding() -> (SocketAddr, Arc<AtomicUsize>, watch::Sender<bool>) {
    let held = Arc::<AtomicUsize>::default();
    let (open, opened) = watch::channel(false);
    let count = Arc::clone(&held);
    let answer = move || {
        let (count, mut opened) = (Arc::clone(&count), opened.clone());
        async move {
            count.fetch_add(1, Ordering::SeqCst);
            // An error is the end of the test.
            let _ = opened.wait_for(|is_open| *is_open).await;
            "{}"
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, Router::new().fallback(answer)).into_future());
    (address, held, open)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_has_so_many_requests_at_a_time() {
    let (collector, held, open) = holding().await;
    let upstream = format!("http://{collector}");
    let dns = Dns::start().unwrap();
    for (settings, limit) in [(&[][..], 50), (&[("LAB_OTLP_CONNECTIONS", "3")], 3)] {
        open.send_replace(false);
        held.store(0, Ordering::SeqCst);
        let proxy =
            door::proxy(&dns, 1, &[&[("OTLP_UPSTREAM", upstream.as_str())], settings].concat());
        let url = proxy.url("/otlp/v1/traces");
        let send = || tokio::spawn(post(&url, JSON, "{}").send());
        let granted: Vec<_> = (0..limit).map(|_| send()).collect();
        let deadline = Instant::now() + Duration::from_secs(8);
        while held.load(Ordering::SeqCst) < limit {
            assert!(Instant::now() < deadline, "{held:?} of {limit} reached the collector");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // All at once as well.
        let refused: Vec<_> = (0..5).map(|_| send()).collect();
        for answer in refused {
            let answer = answer.await.unwrap().unwrap();
            assert_eq!(
                (answer.status().as_u16(), &answer.headers()["retry-after"]),
                (429, &"5".parse().unwrap())
            );
        }
        assert_eq!(held.load(Ordering::SeqCst), limit);
        open.send_replace(true);
        for answer in granted {
            assert_eq!(answer.await.unwrap().unwrap().status(), 200);
        }
        assert_eq!(
            post(&url, JSON, "{}").send().await.unwrap().status(),
            200,
            "there is room again"
        );
    }
}
