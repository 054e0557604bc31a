//! Headers in both directions, and the access log.

use std::io::Write;
use std::net::{Ipv4Addr, TcpStream};

use e2e::dns::Dns;
use reqwest::Client;
use serde_json::{Value, json};

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

/// What Nginx refuses by itself looks like what the lab refuses.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_none_gets_a_problem_as_well() {
    let door = Door::open(&[]);
    let long = "x".repeat(40 * 1024);
    for (request, status, code) in [
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), 400, "request_unreadable"),
        (chunks("/api/tasks").replace("POST", "PUT"), 400, "request_unreadable"),
        ("nonsense\r\n\r\n".to_owned(), 400, "request_unreadable"),
        ("GET / HTTP/9.1\r\nHost: lab\r\n\r\n".to_owned(), 400, "request_unreadable"),
        (format!("GET /{long} HTTP/1.1\r\nHost: lab\r\n\r\n"), 414, "uri_too_long"),
        (format!("GET / HTTP/1.1\r\nHost: lab\r\nX: {long}\r\n\r\n"), 431, "headers_too_large"),
        ("TRACE / HTTP/1.1\r\nHost: lab\r\n\r\n".to_owned(), 405, "method_not_allowed"),
        (
            "POST / HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: x\r\n\r\n".to_owned(),
            501,
            "not_implemented",
        ),
        (chunks("/api/tasks"), 400, "request_unreadable"),
        (chunks("/otlp/v1/traces"), 400, "request_unreadable"),
    ] {
        let answer = raw::send(door.proxy.address, &request);
        let request: String = request.chars().take(60).collect();
        assert_eq!(answer.status, status, "{request}: {}", answer.head);
        for name in ["content-security-policy: ", "x-content-type-options: ", "referrer-policy: "] {
            assert_eq!(
                answer.head.matches(name).count(),
                1,
                "{request}: {name} in {}",
                answer.head
            );
        }
        assert!(answer.head.contains("content-type: application/problem+json"), "{}", answer.head);
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((&problem["code"], &problem["status"]), (&json!(code), &json!(status)));
        assert_eq!(problem["trace_id"].as_str().unwrap().len(), 32, "{problem}");
    }
    // Who is told nothing needs no headers: the body's time is over.
    let silent = Door::open(&[("LAB_CLIENT_TIMEOUT", "1s")]);
    let answer = raw::send(
        silent.proxy.address,
        "POST /api/tasks HTTP/1.1\r\nHost: lab\r\nContent-Length: 9\r\n\r\n{",
    );
    assert_eq!(answer.head, "");
}

/// A body in chunks of which the first has no length.
fn chunks(path: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: lab\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}\r\n0\r\n\r\n"
    )
}

/// `Proxy::log` reads the file as text: it fails where a line is no UTF-8.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_text_whatever_a_client_says() {
    let door = Door::open(&[]);
    let get = |path: &[u8], agent: &[u8]| {
        let parts = [b"GET ", path, b" HTTP/1.1\r\nHost: lab\r\nConnection: close\r\nUser-Agent: "];
        let request = [&parts.concat()[..], agent, b"\r\n\r\n"].concat();
        let mut stream = TcpStream::connect(door.proxy.address).unwrap();
        stream.write_all(&request).unwrap();
        raw::read(stream)
    };
    let none = "[no UTF-8]";
    let umlauts = "ö".repeat(3_000);
    let cases: [(&[u8], &[u8], &str, &str); 6] = [
        (b"/api/tasks", "Zürich \u{1f600}".as_bytes(), "/api/tasks", "Zürich \u{1f600}"),
        (b"/api/tasks", umlauts.as_bytes(), "/api/tasks", &umlauts),
        (b"/api/tasks", b"latin-1 \xfc", "/api/tasks", none),
        (b"/api/tasks", b"half \xe2\x82", "/api/tasks", none),
        (b"/api/tasks", b"surrogate \xed\xa0\x80 overlong \xc0\xaf", "/api/tasks", none),
        (b"/api/tasks/\xff?x=\xff", b"a", none, "a"),
    ];
    for (path, agent, _, _) in cases {
        assert!(get(path, agent).status >= 200);
    }
    let log = door.proxy.log(cases.len()).unwrap();
    let mut told: Vec<_> = log
        .iter()
        .map(|line| [&line["url.path"], &line["user_agent.original"]].map(|v| v.as_str().unwrap()))
        .collect();
    let mut expected: Vec<_> = cases.iter().map(|(_, _, path, agent)| [*path, *agent]).collect();
    told.sort_unstable();
    expected.sort_unstable();
    assert_eq!(told, expected);
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
