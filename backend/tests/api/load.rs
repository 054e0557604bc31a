//! More than the server takes on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::Request;
use futures_util::stream;
use tokio::time::sleep;

use crate::harness::Lab;

#[tokio::test]
async fn what_is_too_much_is_refused_at_once_and_the_rest_is_answered() {
    let lab = Arc::new(Lab::start().await);
    let local = tokio::task::LocalSet::new();
    local
        .run_until(async {
            let slow: Vec<_> = (0..512)
                .map(|_| {
                    let lab = Arc::clone(&lab);
                    tokio::task::spawn_local(async move {
                        lab.get("/api/simulate-slow?delay=2").await.status.as_u16()
                    })
                })
                .collect();
            let start = Instant::now();
            while !lab.get("/metrics").await.body.contains("http_requests_in_flight 512") {
                assert!(start.elapsed() < Duration::from_secs(30));
                sleep(Duration::from_millis(10)).await;
            }
            let refused = lab.get("/api/tasks").await;
            refused.problem(503, "overloaded");
            assert_eq!(refused.header("retry-after"), "1");
            // Probes and scrapes are not users' requests: they must see how it stands.
            assert_eq!(lab.get("/health").await.status, 200);
            assert_eq!(lab.get("/metrics").await.status, 200);
            for answer in slow {
                assert_eq!(answer.await.unwrap(), 200);
            }
            assert_eq!(lab.get("/api/tasks").await.status, 200);
        })
        .await;
}

#[tokio::test]
async fn a_body_that_does_not_end_is_given_up() {
    let lab = Lab::start().await;
    // From here on the clock jumps to the next thing that waits for it.
    tokio::time::pause();
    let never = stream::pending::<Result<Bytes, std::io::Error>>();
    let request = Request::post("/api/tasks")
        .header("content-type", "application/json")
        .body(Body::from_stream(never))
        .unwrap();
    lab.send(request).await.problem(408, "body_timeout");
}
