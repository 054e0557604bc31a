//! Requests that take too long, and too many at once.

use crate::lab::Lab;
use crate::load::{client, status, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_takes_too_long_is_given_up() {
    let lab = Lab::start(&[("LAB_REQUEST_TIMEOUT", "500ms")]);
    let slow = client().get(format!("{}/api/simulate-slow?delay=30", lab.url));
    let answer = slow.send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "1");
    let problem: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(problem["code"], "request_timeout");
    assert_eq!(problem["detail"], "The request took longer than 0.5 seconds and was given up.");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_is_refused_at_once() {
    let lab = Lab::start(&[("LAB_MAX_CONCURRENT_REQUESTS", "2")]);
    let slow: Vec<_> = (0..2)
        .map(|_| client().get(format!("{}/api/simulate-slow?delay=10", lab.url)).send())
        .map(tokio::spawn)
        .collect();
    let metrics = format!("{}/metrics", lab.url);
    until("both to be at work", async || {
        crate::load::text(&metrics).await.contains("http_requests_in_flight 2")
    })
    .await;
    let answer = client().get(format!("{}/api/tasks", lab.url)).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "1");
    let problem: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(problem["code"], "overloaded");
    // Probes see how it stands.
    assert_eq!(status(&format!("{}/ready", lab.url)).await, 200);
    for answer in slow {
        assert_eq!(answer.await.unwrap().unwrap().status(), 200);
    }
    assert_eq!(status(&format!("{}/api/tasks", lab.url)).await, 200);
}
