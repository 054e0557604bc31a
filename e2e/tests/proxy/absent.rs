//! Nginx without the others.

use std::net::IpAddr;
use std::time::Duration;

use e2e::backend::Backend;
use e2e::dns::Dns;
use e2e::proxy::free_addresses;
use reqwest::Client;
use serde_json::Value;

use crate::door;

const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[tokio::test(flavor = "multi_thread")]
async fn it_starts_first_and_finds_the_backend_later() {
    let dns = Dns::start().unwrap();
    let [later, _] = free_addresses().unwrap();
    let IpAddr::V4(address) = later.ip() else { unreachable!() };
    let proxy = door::proxy(&dns, later.port(), &[]);
    let http = Client::new();

    let health = http.get(proxy.url("/healthz")).send().await.unwrap();
    assert_eq!((health.status().as_u16(), health.text().await.unwrap().as_str()), (200, "ok\n"));

    let page = http.get(proxy.url("/")).header("accept", "text/html").send().await.unwrap();
    assert_eq!(
        (page.status().as_u16(), &page.headers()["retry-after"]),
        (503, &"5".parse().unwrap())
    );
    assert_eq!(page.headers()["content-type"], "text/html");
    assert_eq!(page.headers()["cache-control"], "no-store");
    assert!(page.text().await.unwrap().contains("being restarted"));

    for request in
        [http.get(proxy.url("/api/tasks")), http.post(proxy.url("/api/tasks")).body("{}")]
    {
        let answer = request.header("traceparent", TRACEPARENT).send().await.unwrap();
        assert_eq!(answer.status(), 503);
        assert_eq!(answer.headers()["retry-after"], "5");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["code"], "backend_away");
        assert_eq!(problem["status"], 503);
        assert_eq!(problem["trace_id"], "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(problem["error"], problem["detail"]);
    }

    // The name first, then the service: nobody listens there yet.
    dns.set("backend", &[address]);
    assert_eq!(http.get(proxy.url("/api/tasks")).send().await.unwrap().status(), 503);
    let _backend = Backend::start(&later.to_string(), None, &[]).unwrap();
    let mut status = 0;
    for _ in 0..50 {
        status = http.get(proxy.url("/api/tasks")).send().await.unwrap().status().as_u16();
        if status == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_server_that_is_silent_is_no_hang() {
    // Bound, so that nobody refuses, and never read.
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let resolver = silent.local_addr().unwrap().to_string();
    let proxy = e2e::proxy::Proxy::start(&[("LAB_RESOLVER", resolver.as_str())]).unwrap();
    let start = std::time::Instant::now();
    let answer = Client::new().get(proxy.url("/api/tasks")).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}
