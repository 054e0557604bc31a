//! Requests of the application.

use e2e::intake::{attributes, hex};

use crate::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_request_carries_its_context_and_tells_its_timing() {
    let stage = Stage::open().await;
    stage.add("Measure me").await;
    let click = stage.front.intake.span("click add-task").await;
    let request = stage.front.intake.span("POST /api/tasks").await;
    assert_eq!((&request.trace_id, &request.parent_span_id), (&click.trace_id, &click.span_id));

    let told = attributes(&request.attributes);
    let passed = stage.front.passed();
    let passed = passed.iter().find(|passed| passed.call == "POST /api/tasks").unwrap();
    let (trace_id, span_id) = (hex(&request.trace_id), hex(&request.span_id));
    assert_eq!(passed.traceparent, Some(format!("00-{trace_id}-{span_id}-01")));
    let session = told["session.id"].as_str().unwrap();
    assert_eq!(passed.baggage, Some(format!("session.id={session}")));
    // The server takes the visit over.
    let is_served =
        |trace: &_| e2e::trace::spans(trace).iter().any(|span| span["service"] == "task-backend");
    let trace = stage.lab.trace(&trace_id, is_served).await.unwrap();
    let server = e2e::trace::only(&trace, "task-backend", "POST /api/tasks");
    assert_eq!(server["attributes"]["session.id"], session);

    // What a person types is the database's alone.
    let told_all = format!("{:?}", stage.front.intake.taken());
    assert!(!told_all.contains("Measure me"), "{told_all}");

    let timing = "const entry = performance.getEntriesByType('resource') \
                  .find((entry) => entry.name.endsWith('/api/tasks')); \
                  return [entry.encodedBodySize, entry.requestStart, entry.responseStart, \
                  entry.responseEnd, performance.timeOrigin]";
    let timing = stage.browser.run(timing).await.unwrap();
    assert_eq!(told["http.response.body.size"], timing[0]);
    let ms = |at: usize| timing[at].as_f64().unwrap();
    for (at, name) in [(1, "requestStart"), (2, "responseStart"), (3, "responseEnd")] {
        let event = request.events.iter().find(|event| event.name == name).unwrap();
        #[expect(clippy::cast_precision_loss, reason = "half a microsecond at the most")]
        let apart = event.time_unix_nano as f64 / 1e6 - (ms(4) + ms(at));
        assert!(apart.abs() < 0.01, "{name}: {apart} ms apart");
    }
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_an_export_nor_a_look_at_a_trace_is_traced() {
    let stage = Stage::open().await;
    stage.add("One").await;
    stage.front.intake.span("POST /api/tasks").await;
    for request in stage.front.intake.requests() {
        assert!(!request.traced, "{}", request.path);
    }
    let passed = stage.front.passed();
    let looks: Vec<_> =
        passed.iter().filter(|passed| passed.call.starts_with("GET /fragments/traces/")).collect();
    assert!(!looks.is_empty());
    assert!(looks.iter().all(|look| look.traceparent.is_none() && look.baggage.is_none()));
    let spans = stage.front.intake.spans();
    assert!(spans.iter().all(|span| !span.name.contains("otlp") && !span.name.contains("traces")));
    stage.close().await;
}
