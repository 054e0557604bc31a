//! What clients say of themselves, and how much of it telemetry repeats.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use serde_json::{Map, Value};

use crate::harness::{Lab, TRACE_ID, TRACEPARENT};

/// Sends a GET with headers as if from `peer`; gives the server span's name and
/// attributes.
async fn server_span(
    lab: &Lab,
    peer: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> (String, Map<String, Value>) {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.header("traceparent", TRACEPARENT).body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
    lab.send(request).await;
    let trace = lab.trace(TRACE_ID).await;
    let servers = trace["spans"].as_array().unwrap().iter().filter(|span| span["kind"] == "server");
    let span = servers.max_by_key(|span| span["start_time"].to_string()).unwrap();
    let name = span["name"].as_str().unwrap().to_owned();
    (name, span["attributes"].as_object().unwrap().clone())
}

#[tokio::test]
async fn the_clients_network_is_named_and_a_stranger_cannot_choose_it() {
    for (peer, forwarded, network) in [
        ("192.0.2.77:4000", None, "192.0.2.0"),
        ("192.0.2.77:4000", Some("198.51.100.9"), "192.0.2.0"),
        ("127.0.0.1:4000", Some("203.0.113.5, 198.51.100.9, 10.0.0.2"), "198.51.100.0"),
        ("[::1]:4000", Some("2001:db8:7:1::9"), "2001:db8:7::"),
        ("172.18.0.2:4000", Some("garbage"), "172.18.0.0"),
    ] {
        let lab = Lab::start().await;
        let headers: Vec<_> =
            forwarded.map(|value| ("x-forwarded-for", value)).into_iter().collect();
        let (_, attributes) = server_span(&lab, peer, "/api/tasks", &headers).await;
        assert_eq!(attributes["client.address"], network, "{peer} {forwarded:?}");
        let lines = lab.lines();
        let access = lines.iter().find(|line| line["target"] == "access").unwrap();
        assert_eq!(access["client.address"], network);
    }
}

#[tokio::test]
async fn a_query_is_shown_without_what_may_be_a_secret() {
    for (path, query) in [
        ("/api/tasks?limit=10&completed=true", Some("limit=10&completed=true")),
        ("/api/tasks?limit=10&token=hunter2", Some("limit=10&token=REDACTED")),
        ("/?after=1&mail=hunter2%40example.org", Some("after=1&mail=REDACTED")),
        ("/nothing?hunter2", Some("REDACTED")),
        ("/api/tasks?", None),
        ("/api/tasks", None),
    ] {
        let lab = Lab::start().await;
        let (_, attributes) = server_span(&lab, "192.0.2.1:1", path, &[]).await;
        assert_eq!(attributes.get("url.query").and_then(Value::as_str), query, "{path}");
        let lines = lab.lines();
        assert!(!lines.is_empty() && !format!("{lines:?}{attributes:?}").contains("hunter2"));
    }
}

#[tokio::test]
async fn an_operation_is_taken_if_it_looks_like_a_name() {
    let long = "x".repeat(65);
    for (operation, shown) in [
        ("List tasks", true),
        ("smoke:db/rw-2_a.b", true),
        ("a@b.c", false),
        ("{\"a\":1}", false),
        ("é", false),
        ("", false),
        (&long, false),
        (&long[1..], true),
    ] {
        let lab = Lab::start().await;
        let headers = [("x-operation", operation)];
        let (_, attributes) = server_span(&lab, "192.0.2.1:1", "/api/tasks", &headers).await;
        let expected = shown.then(|| Value::from(operation));
        assert_eq!(attributes.get("app.operation"), expected.as_ref(), "{operation}");
    }
}

#[tokio::test]
async fn texts_from_clients_are_cut() {
    let lab = Lab::start().await;
    let encoded = "%C3%A9".repeat(1000);
    let path = format!("/{encoded}?completed={}&{encoded}={encoded}", "x".repeat(32));
    let headers = [("user-agent", &*"u".repeat(5000)), ("host", &*"h".repeat(5000))];
    let (name, attributes) = server_span(&lab, "192.0.2.1:1", &path, &headers).await;
    assert_eq!(name, "GET");
    for key in ["url.path", "url.query", "user_agent.original", "server.address"] {
        assert_eq!(attributes[key].as_str().unwrap().len(), 1024, "{key}");
    }
    let lines = lab.lines();
    let access = lines.iter().find(|line| line["target"] == "access").unwrap();
    assert_eq!(access["url.path"].as_str().unwrap().len(), 1024);
}

/// The keys of the allow-list, with one value each that passes.
const GOOD: [(&str, &str); 7] = [
    ("app.region", "eu-west-1"),
    ("app.device", "iphone"),
    ("app.network_type", "5g"),
    ("app.traffic_mode", "burst"),
    ("app.timezone", "Europe/Dublin"),
    ("app.synthetic_id", "run-7"),
    ("user_agent.synthetic.type", "test"),
];

fn from_baggage(attributes: &Map<String, Value>) -> Vec<(&str, &str)> {
    let known = ["http.", "url.", "server.", "client.", "network.", "user_agent.original"];
    let others =
        attributes.iter().filter(|(key, _)| !known.iter().any(|known| key.starts_with(known)));
    others.map(|(key, value)| (key.as_str(), value.as_str().unwrap())).collect()
}

#[tokio::test]
async fn of_the_baggage_only_listed_keys_with_checked_values_reach_spans() {
    let one = |key: &str, value: &str| format!("{key}={value}");
    let all = GOOD.map(|(key, value)| one(key, value)).join(",");
    let mut good = GOOD.to_vec();
    good.sort_unstable();
    let crowd = (0..64).map(|at| format!("k{at}=hunter2")).collect::<Vec<_>>().join(",");
    for (baggage, expected) in [
        (all.clone(), good.clone()),
        (format!("{all},user.email=hunter2,App.Region=hunter2,hunter2"), good.clone()),
        (" app.region = eu%2Dwest-1 ; hunter2=hunter2 ".into(), vec![GOOD[0]]),
        ("app.region=hunter2,app.device=hunter2,app.network_type=6g".into(), vec![]),
        ("app.traffic_mode=BURST,app.timezone=Europe/Dublin%20hunter2".into(), vec![]),
        (format!("app.synthetic_id={}", "x".repeat(65)), vec![]),
        ("user_agent.synthetic.type=bot,http.route=hunter2,error.type=hunter2".into(), vec![]),
        ("app.region=eu-west-1%00,app.device=%FF".into(), vec![]),
        (",,;=;,==".into(), vec![]),
        // W3C Baggage, section 3.3.2: 64 members and 8192 bytes are to be carried, and
        // what is beyond may be left out.
        (format!("app.region=eu-west-1,{crowd}"), vec![GOOD[0]]),
        (format!("{crowd},app.region=eu-west-1"), vec![]),
        (format!("app.region=eu-west-1,pad=hunter2{}", "x".repeat(8192)), vec![GOOD[0]]),
    ] {
        let lab = Lab::start().await;
        let headers = [("baggage", baggage.as_str())];
        let (_, attributes) = server_span(&lab, "192.0.2.1:1", "/api/tasks/7", &headers).await;
        let mut seen = from_baggage(&attributes);
        seen.retain(|(key, _)| *key != "app.error.code");
        assert_eq!(seen, expected, "{baggage}");
        let trace = lab.trace(TRACE_ID).await;
        assert!(!trace.to_string().contains("hunter2"), "{trace:#}");
        let lines = lab.lines();
        assert!(!format!("{lines:?}").contains("hunter2"), "{baggage}: {lines:?}");
    }
}
