//! Bodies that come slowly or not at all, and bodies that are too large.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::sleep;

use crate::lab::Lab;
use crate::load;
use crate::wire::{connect, exchange, problem, rest, status};

fn head(path: &str, length: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: lab\r\nContent-Type: application/json\r\n\
         Connection: close\r\n{length}\r\n\r\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_trickles_is_cut_off() {
    let lab = Lab::start(&[("LAB_REQUEST_TIMEOUT", "1s")]);
    for path in ["/api/tasks", "/otlp/v1/traces"] {
        let mut stream = connect(&lab).await;
        stream.write_all(head(path, "Content-Length: 60000").as_bytes()).await.unwrap();
        let (mut read, mut write) = stream.into_split();
        let trickle = tokio::spawn(async move {
            while write.write_all(b" ").await.is_ok() {
                sleep(Duration::from_millis(50)).await;
            }
        });
        let answer = rest(&mut read).await;
        trickle.abort();
        assert_eq!(status(&answer), 408, "{answer}");
        assert_eq!(problem(&answer)["code"], "body_timeout");
        assert_eq!(load::status(&format!("{}/api/tasks", lab.url)).await, 200);
    }
    // The client was at fault, not the service.
    let metrics = load::text(&format!("{}/metrics", lab.url)).await;
    let counted = r#"http_requests_total{endpoint="/api/tasks",method="POST",status_code="408"} 1"#;
    assert!(metrics.contains(counted), "{metrics}");
    assert!(
        !metrics.contains(
            r#"http_errors_total{endpoint="/api/tasks",method="POST",status_code="408"}"#
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_64_kib_is_refused_however_it_is_sent() {
    let lab = Lab::start(&[]);
    let size = 1024 * 1024;
    let body = "x".repeat(size);
    let counted = head("/api/tasks", &format!("Content-Length: {size}")) + &body;
    let chunked = head("/api/tasks", "Transfer-Encoding: chunked")
        + &format!("{size:x}\r\n{body}\r\n0\r\n\r\n");
    for request in [counted, chunked] {
        let answer = exchange(&lab, &request).await;
        assert_eq!(status(&answer), 413, "{answer}");
        assert_eq!(problem(&answer)["code"], "body_too_large");
    }
    assert_eq!(load::status(&format!("{}/api/tasks", lab.url)).await, 200);
}
