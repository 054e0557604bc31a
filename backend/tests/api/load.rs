//! More than the server takes on.

use std::net::TcpListener;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::Request;
use backend::config::{Limits, TraceStoresConfig};
use backend::traces::{RemoteStores, StoreUrls};
use futures_util::stream;
use tokio::time::sleep;

use crate::harness::{Lab, TRACE_ID};

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
                        lab.get("/api/simulate-slow?delay=30").await.status.as_u16()
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
            // They do nothing but wait: the clock jumps to their end. A database would be
            // given no time, so that it goes on before the next request.
            tokio::time::pause();
            for answer in slow {
                assert_eq!(answer.await.unwrap(), 200);
            }
            tokio::time::resume();
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

/// A lab that looks traces up in a store that takes every question and answers none.
async fn with_a_silent_store(limits: Limits) -> (Lab, TcpListener) {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let tempo = format!("http://{}", silent.local_addr().unwrap());
    let config = TraceStoresConfig { tempo: Some(tempo), loki: None };
    let urls = StoreUrls::choose(&config).unwrap();
    let lab = Lab::start_with(|parts| {
        parts.remote = RemoteStores::new(&urls);
        parts.limits = limits;
    });
    (lab.await, silent)
}

/// What a page polls and that may ask a store.
fn polled() -> [String; 2] {
    [format!("/api/traces/{TRACE_ID}"), format!("/fragments/traces/{TRACE_ID}?turn=9")]
}

#[tokio::test]
async fn questions_for_traces_are_bounded_apart_from_requests() {
    let limits = Limits { max_concurrent_requests: 1, ..Limits::default() };
    let (lab, _silent) = with_a_silent_store(limits).await;
    for path in polled() {
        let mut first = pin!(lab.get(&path));
        tokio::select! {
            biased;
            answer = &mut first => panic!("{}", answer.status),
            () = std::future::ready(()) => {}
        }
        for path in polled() {
            lab.get(&path).await.problem(503, "overloaded");
        }
        for path in ["/health", "/metrics", "/openapi.json", "/api/tasks"] {
            assert_eq!(lab.get(path).await.status, 200, "{path}");
        }
        // It may find the database slow, but nobody in its way.
        assert!(!lab.get("/ready").await.body.contains("overloaded"));
    }
}

#[tokio::test]
async fn questions_for_traces_have_a_deadline() {
    let request_timeout = Duration::from_millis(100).into();
    let (lab, _silent) = with_a_silent_store(Limits { request_timeout, ..Limits::default() }).await;
    // The clock jumps to the nearer end: the store itself is given two seconds.
    tokio::time::pause();
    for path in polled() {
        lab.get(&path).await.problem(503, "request_timeout");
    }
}
