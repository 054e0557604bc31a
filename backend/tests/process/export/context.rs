//! A caller's context on the exported spans.

use std::time::Duration;

use super::{PARENT_ID, TRACE_ID, stop};
use crate::collector::{Collector, hex};
use crate::lab::Lab;

/// Sends a request with these headers; gives the trace, the parent and the state of the
/// server's span.
async fn sent(headers: &[(&str, &[u8])]) -> (String, String, String) {
    let (collector, address) = Collector::start(Duration::ZERO).await;
    let lab = Lab::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{address}"))]);
    let mut request = reqwest::Client::new().get(format!("{}/api/tasks", lab.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    assert_eq!(request.send().await.unwrap().status(), 200);
    stop(lab).await;
    let received = collector.received();
    let spans = received.spans();
    let server = spans.iter().find(|span| span.name == "GET /api/tasks").unwrap();
    // What the server does for the request is in the same trace, with the same state.
    let inner = spans.iter().find(|span| span.parent_span_id == server.span_id).unwrap();
    assert_eq!((&inner.trace_id, &inner.trace_state), (&server.trace_id, &server.trace_state));
    let ids = (hex(&server.trace_id), hex(&server.parent_span_id));
    (ids.0, ids.1, server.trace_state.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parent_of_a_later_version_and_several_states_are_joined() {
    let parent = format!("cc-{TRACE_ID}-{PARENT_ID}-09-extra");
    let (trace, parent, state) = sent(&[
        ("traceparent", parent.as_bytes()),
        ("tracestate", b"rojo=00f067aa0ba902b7 ,\tt1@congo= t61rcWkgMzE"),
        ("tracestate", b""),
        ("tracestate", b"rojo=older,a-b_c*d/e=1"),
    ])
    .await;
    assert_eq!((trace.as_str(), parent.as_str()), (TRACE_ID, PARENT_ID));
    assert_eq!(state, "rojo=00f067aa0ba902b7,t1@congo= t61rcWkgMzE,a-b_c*d/e=1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_state_does_not_cost_the_parent() {
    let header = format!("00-{TRACE_ID}-{PARENT_ID}-01");
    let (trace, parent, state) =
        sent(&[("traceparent", header.as_bytes()), ("tracestate", b"rojo=1,Congo=2")]).await;
    assert_eq!((trace.as_str(), parent.as_str(), state.as_str()), (TRACE_ID, PARENT_ID, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_parents_are_none() {
    let header = format!("00-{TRACE_ID}-{PARENT_ID}-01");
    for second in [header.as_bytes(), b"\xff"] {
        let (trace, parent, state) = sent(&[
            ("traceparent", header.as_bytes()),
            ("traceparent", second),
            ("tracestate", b"rojo=1"),
        ])
        .await;
        assert_ne!(trace, TRACE_ID);
        assert_eq!((parent.as_str(), state.as_str()), ("", ""));
    }
}
