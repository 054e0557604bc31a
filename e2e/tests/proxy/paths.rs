//! What the outside must not reach, however it is written.

use crate::door::Door;
use crate::raw;

#[tokio::test(flavor = "multi_thread")]
async fn metrics_and_the_webhook_stay_inside() {
    let door = Door::open(&[]);
    let inside = reqwest::get(format!("{}/metrics", door.backend.url)).await.unwrap();
    assert_eq!(inside.status(), 200);
    for hidden in ["metrics", "internal/alerts"] {
        let encoded = hidden.replacen(['m', 'i'], "%6d", 1);
        for target in [
            format!("/{hidden}"),
            format!("//{hidden}"),
            format!("///{hidden}"),
            format!("/./{hidden}"),
            format!("/{hidden}/"),
            format!("/{hidden}?x=1"),
            format!("/{hidden}%3fx"),
            format!("/{encoded}"),
            format!("/{}", encoded.to_uppercase()),
            format!("/api/../{hidden}"),
            format!("/api/%2e%2e/{hidden}"),
            format!("/api/..%2f{hidden}"),
            format!("/api/%2e%2e%2f{hidden}"),
            format!("/assets/../{hidden}"),
            format!("/assets/..%2f{hidden}"),
            format!("/api/tasks/..//..//{hidden}"),
            format!("/%2f{hidden}"),
            format!("/%252f{hidden}"),
            format!("/..;/{hidden}"),
            format!("/api;/../{hidden}"),
            format!("\\{hidden}"),
            format!("/\\{hidden}"),
            format!("/{hidden}%00"),
            format!("/{hidden}%20"),
            format!("http://lab/{hidden}"),
            format!("http://lab//{hidden}"),
            format!("/otlp/..%2f{hidden}"),
            format!("/healthz/../{hidden}"),
        ] {
            for method in ["GET", "POST"] {
                let answer = raw::request(door.proxy.address, &format!("{method} {target}"));
                let refused = matches!(answer.status, 400 | 404 | 405);
                assert!(refused, "{method} {target}: {}\n{}", answer.status, answer.body);
                assert!(!answer.body.contains("http_requests_total"), "{method} {target}");
            }
        }
    }
    // The refusal looks like that of a path that does not exist.
    let problem = raw::request(door.proxy.address, "GET /metrics");
    assert!(problem.head.contains("application/problem+json"), "{}", problem.head);
    assert!(problem.body.contains("\"code\":\"route_not_found\""), "{}", problem.body);
    let webhook = raw::send(
        door.proxy.address,
        "POST /internal/alerts HTTP/1.1\r\nHost: lab\r\nContent-Type: application/json\r\n\
         Content-Length: 27\r\nConnection: close\r\n\r\n{\"version\":\"4\",\"alerts\":[]}",
    );
    assert_eq!(webhook.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_uri_goes_on_as_it_came() {
    let door = Door::open(&[]);
    // Decoded, the id would be another path; the backend must see what was sent.
    for (target, detail) in [
        ("/api/tasks/1%2F2", "1/2"),
        ("/api/tasks/a%20b?x=%2F&y=a+b", "a b"),
        ("/api/tasks/%C3%BC", "ü"),
    ] {
        let answer = raw::request(door.proxy.address, &format!("GET {target}"));
        assert_eq!(answer.status, 400, "{target}: {}", answer.body);
        assert!(
            answer.body.contains(&format!("\\\"{detail}\\\" is no task id")),
            "{}",
            answer.body
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exporters_page_is_on_a_port_of_its_own() {
    let door = Door::open(&[]);
    let status = raw::request(door.proxy.status_address, "GET /stub_status");
    assert!(status.body.contains("Active connections: "), "{}", status.body);
    assert_eq!(raw::request(door.proxy.status_address, "GET /api/tasks").status, 404);
    assert_eq!(raw::request(door.proxy.address, "GET /stub_status").status, 404);
}
