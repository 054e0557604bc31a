//! What clients choose never becomes a label's value: no client can create series.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::json;

use crate::harness::Lab;

/// How often each shape of request is sent with other values.
const ROUNDS: u64 = 40;

/// The series of the exposition: names and labels without values.
async fn series(lab: &Lab) -> BTreeSet<String> {
    let text = lab.get("/metrics").await.body;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.rsplit_once(' ').unwrap().0.to_owned()).collect()
}

/// Another word for each number, made of letters that any header takes.
fn word(number: u64) -> String {
    let mut rest = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut word = String::new();
    while rest > 0 {
        word.push(char::from(b'a' + u8::try_from(rest % 26).unwrap()));
        rest /= 26;
    }
    word
}

/// One request of each shape; what `number` decides would be a new series each time.
fn requests(number: u64) -> Vec<Request<Body>> {
    let word = word(number);
    let empty = |method: &str, uri: &str| {
        Request::builder().method(method).uri(uri).body(Body::empty()).unwrap()
    };
    let json = |method: &str, uri: &str, body: serde_json::Value| {
        Request::builder()
            .method(method)
            .uri(uri)
            .header("content-type", "application/json")
            .header("x-traffic-mode", &word)
            .body(Body::from(body.to_string()))
            .unwrap()
    };
    let webdav = ["PROPFIND", "MKCOL", "REPORT", "QUERY", "PURGE"];
    let cased = if number.is_multiple_of(2) { "get" } else { "Get" };
    let persona = json!({ "region": word, "timezone": word, "device": word, "network_type": word });
    let span = json!({ "traceId": format!("{:032x}", number + 1), "spanId": format!("{:016x}", number + 1), "name": word });
    let service = json!({ "key": "service.name", "value": { "stringValue": word } });
    let export = json!({ "resourceSpans": [{
        "resource": { "attributes": [service] }, "scopeSpans": [{ "spans": [span] }],
    }]});
    let mut requests = vec![
        empty("GET", &format!("/{word}/{number}")),
        empty("GET", &format!("/assets/{word}.js")),
        empty("GET", &format!("/api/{word}?{word}={word}")),
        empty(webdav[usize::try_from(number % 5).unwrap()], "/api/tasks"),
        empty(&word.to_uppercase(), "/api/tasks/7"),
        empty(&word, &format!("/{word}")),
        empty(cased, "/"),
        empty("GET", &format!("/api/tasks/{}", number + 1_000)),
        empty("DELETE", &format!("/api/tasks/{}", number + 1_000)),
        empty("GET", &format!("/api/tasks/{word}")),
        empty("GET", &format!("/api/tasks?{word}=1")),
        empty("GET", &format!("/api/tasks?after={}", number + 1_000)),
        empty("GET", &format!("/api/simulate-slow?delay={word}")),
        empty("POST", &format!("/api/smoke/db?type={word}")),
        empty("GET", &format!("/api/traces/{:032x}", number + 1)),
        json("PUT", &format!("/api/tasks/{}", number + 1_000), json!({ "completed": true })),
        json("POST", &format!("/api/trace/synthetic/{word}"), persona.clone()),
        json("POST", &format!("/api/trace/synthetic/{word}%20"), persona),
        json("POST", &format!("/api/trace/synthetic/{word}"), json!({ &word: word })),
        json("POST", "/otlp/v1/traces", export),
    ];
    for (name, value) in [
        ("host", format!("{word}:{}", number + 1)),
        ("baggage", format!("app.region={word},app.device={word},{word}={word}")),
        ("traceparent", format!("00-{:032x}-{:016x}-01", number + 1, number + 1)),
        ("tracestate", format!("{word}={number}")),
        ("x-forwarded-for", format!("192.0.2.{}", number % 250)),
        ("x-operation", word.clone()),
        ("user-agent", word.clone()),
        ("x-http-method-override", word.to_uppercase()),
    ] {
        let mut request = empty(Method::GET.as_str(), "/api/tasks");
        request.headers_mut().insert(name, value.parse().unwrap());
        requests.push(request);
    }
    requests
}

#[tokio::test]
async fn no_request_makes_a_series_that_another_of_its_shape_has_not_made() {
    let lab = Lab::start().await;
    let mut statuses = BTreeSet::new();
    for request in requests(0) {
        statuses.insert(lab.send(request).await.status.as_u16());
    }
    // The shapes are what they are meant to be: taken, refused and unknown.
    assert_eq!(statuses, BTreeSet::from([200, 202, 400, 404, 405]));
    let before = series(&lab).await;
    for number in 1..=ROUNDS {
        for request in requests(number) {
            lab.send(request).await;
        }
    }
    let after = series(&lab).await;
    let new: Vec<_> = after.difference(&before).collect();
    assert!(new.is_empty(), "{new:#?}");
    assert_eq!(after.len(), before.len());
}
