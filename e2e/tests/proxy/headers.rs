//! Headers in both directions, and the access log.

use std::net::Ipv4Addr;

use e2e::dns::Dns;
use reqwest::Client;
use serde_json::json;

use crate::door::{self, Door};
use crate::raw;
use crate::recorder::Recorder;

const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";

#[tokio::test(flavor = "multi_thread")]
async fn trace_headers_pass_and_nobody_claims_an_address() {
    let (recorder, address) = Recorder::start("127.0.0.1:0").await;
    let dns = Dns::start().unwrap();
    dns.set("backend", &[Ipv4Addr::LOCALHOST]);
    let proxy = door::proxy(&dns, address.port(), &[]);
    let answer = raw::send(
        proxy.address,
        &format!(
            "GET /api/tasks?a=%2F HTTP/1.1\r\nHost: lab.test:8080\r\nConnection: close\r\n\
             traceparent: {TRACEPARENT}\r\ntracestate: a=1,b=2\r\nbaggage: app.region=eu-west-1\r\n\
             sec-fetch-site: same-origin\r\norigin: http://lab.test:8080\r\n\
             X-Forwarded-For: 203.0.113.9\r\nX-Real-IP: 203.0.113.9\r\n\
             X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.test\r\n\
             Forwarded: for=203.0.113.9\r\nX_Forwarded_For: 203.0.113.9\r\n\r\n"
        ),
    );
    assert_eq!(answer.status, 200, "{}", answer.head);
    let seen = &recorder.seen()[0];
    assert_eq!(seen.line, "GET /api/tasks?a=%2F");
    for (name, value) in [
        ("traceparent", TRACEPARENT),
        ("tracestate", "a=1,b=2"),
        ("baggage", "app.region=eu-west-1"),
        ("host", "lab.test:8080"),
        ("origin", "http://lab.test:8080"),
        ("sec-fetch-site", "same-origin"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", ""),
        ("forwarded", ""),
        ("x_forwarded_for", ""),
    ] {
        assert_eq!(seen.header(name), value, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_cannot_write_headers_or_smuggle_another() {
    let door = Door::open(&[]);
    for line in [
        "GET /%0d%0aX-Injected:%20yes",
        "GET /api/tasks/%0d%0aX-Injected:%20yes",
        "GET /?x=%0d%0aX-Injected:%20yes",
        "GET /otlp/%0d%0aX-Injected:%20yes",
        "GET /assets/%0d%0aX-Injected:%20yes",
    ] {
        let answer = raw::request(door.proxy.address, line);
        assert!(answer.status >= 200, "{line}");
        assert!(!answer.head.contains("x-injected"), "{line}: {}", answer.head);
    }
    let smuggled = "GET /metrics HTTP/1.1\r\nHost: lab\r\n\r\n";
    for head in [
        format!("Content-Length: {}\r\nTransfer-Encoding: chunked", smuggled.len() + 5),
        "Content-Length: 5\r\nContent-Length: 50".to_owned(),
        "Transfer-Encoding: chunked, identity".to_owned(),
        "Transfer-Encoding: xchunked".to_owned(),
    ] {
        let request = format!(
            "POST /api/tasks HTTP/1.1\r\nHost: lab\r\nContent-Type: application/json\r\n{head}\r\n\
             Connection: close\r\n\r\n0\r\n\r\n{smuggled}"
        );
        let answer = raw::send(door.proxy.address, &request);
        assert!(matches!(answer.status, 400 | 501), "{head}: {}", answer.status);
        assert!(!answer.body.contains("http_requests_total"), "{head}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_narrows_what_a_page_may_do() {
    let door = Door::open(&[]);
    let away = door::proxy(&Dns::start().unwrap(), 1, &[]);
    let http = Client::new();
    let large = vec![b'x'; 256 * 1024 + 1];
    for (what, request) in [
        ("the page", http.get(door.proxy.url("/"))),
        ("the API", http.get(door.proxy.url("/api/tasks"))),
        ("a problem", http.get(door.proxy.url("/api/tasks/0"))),
        ("an asset", http.get(door.proxy.url("/assets/manifest.json"))),
        ("a missing asset", http.get(door.proxy.url("/assets/none.js"))),
        ("nothing", http.get(door.proxy.url("/metrics"))),
        ("health", http.get(door.proxy.url("/healthz"))),
        ("too large", http.post(door.proxy.url("/api/tasks")).body(large)),
        ("maintenance", http.get(away.url("/")).header("accept", "text/html")),
        ("maintenance as a problem", http.get(away.url("/api/tasks"))),
    ] {
        let answer = request.header("origin", "https://elsewhere.test").send().await.unwrap();
        let headers = answer.headers();
        for name in ["content-security-policy", "x-content-type-options", "referrer-policy"] {
            assert_eq!(headers.get_all(name).iter().count(), 1, "{what}: {name} in {headers:?}");
        }
        let csp = headers["content-security-policy"].to_str().unwrap();
        assert!(csp.contains("frame-ancestors 'none'"), "{what}: {csp}");
        assert!(!headers.keys().any(|name| name.as_str().starts_with("access-control")), "{what}");
        assert_eq!(headers["server"], "nginx", "{what}: no version");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_is_one_line_with_its_trace() {
    let door = Door::open(&[]);
    let http = Client::new();
    let url = door.proxy.url("/api/tasks?limit=7");
    http.get(url)
        .header("traceparent", TRACEPARENT)
        .header("user-agent", "a\"b\\c")
        .send()
        .await
        .unwrap();
    let page = http.get(door.proxy.url("/")).send().await.unwrap();
    let timing = page.headers()["server-timing"].to_str().unwrap().to_owned();
    http.get(door.proxy.url("/metrics")).header("traceparent", "nonsense").send().await.unwrap();

    let log = door.proxy.log(3).unwrap();
    assert_eq!(log.len(), 3, "{log:#?}");
    // Each connection's worker writes when it gets to it.
    let line = |path: &str| log.iter().find(|line| line["url.path"] == path).unwrap();
    let (list, page, hidden) = (line("/api/tasks"), line("/"), line("/metrics"));
    let backend = door::address(&door.backend).to_string();
    for (field, value) in [
        ("service.name", json!("lab-proxy")),
        ("trace_id", json!(TRACE_ID)),
        ("http.request.method", json!("GET")),
        ("url.path", json!("/api/tasks")),
        ("http.response.status_code", json!(200)),
        ("client.address", json!("127.0.0.0")),
        ("user_agent.original", json!("a\"b\\c")),
        ("upstream.address", json!(backend)),
        ("upstream.status", json!("200")),
    ] {
        assert_eq!(list[field], value, "{field}");
    }
    for field in ["duration", "http.request.size", "http.response.size"] {
        assert!(list[field].is_number(), "{field}: {list}");
    }
    for field in ["upstream.connect_time", "upstream.header_time", "upstream.response_time"] {
        assert!(list[field].as_str().unwrap().parse::<f64>().is_ok(), "{field}: {list}");
    }
    assert!(list["timestamp"].as_str().unwrap().starts_with("20"));
    // The page's trace begins in the backend, which names it in its answer.
    assert!(timing.contains(page["trace_id"].as_str().unwrap()), "{timing} {page}");
    assert_eq!(hidden["trace_id"].as_str().unwrap().len(), 32);
    assert_eq!(hidden["upstream.address"], "");
}
