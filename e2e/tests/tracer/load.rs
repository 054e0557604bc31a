//! `documentLoad`, its phases, and who sends them.

use e2e::intake::{attributes, hex};
use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::{Value, json};

use crate::Stage;

const LOAD: [&str; 6] = [
    "domInteractive",
    "domContentLoadedEventStart",
    "domContentLoadedEventEnd",
    "domComplete",
    "loadEventStart",
    "loadEventEnd",
];
const REQUEST: [&str; 8] = [
    "domainLookupStart",
    "domainLookupEnd",
    "connectStart",
    "secureConnectionStart",
    "connectEnd",
    "requestStart",
    "responseStart",
    "responseEnd",
];

/// Each moment that the browser tells is an event; one that did not take any time after
/// the one before is left out.
fn check_moments(span: &Span, entry: &Value, moments: &[&str]) {
    let mut expected: Vec<(&str, f64)> = Vec::new();
    let mut last = entry["fetchStart"].as_f64().unwrap();
    for moment in moments {
        let ms = entry[*moment].as_f64().unwrap();
        if ms > last {
            expected.push((moment, ms));
            last = ms;
        }
    }
    let names: Vec<_> = span.events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, expected.iter().map(|(moment, _)| *moment).collect::<Vec<_>>());
    for (event, (moment, ms)) in span.events.iter().zip(&expected) {
        #[expect(clippy::cast_precision_loss, reason = "a page load is short")]
        let since = (event.time_unix_nano - span.events[0].time_unix_nano) as f64 / 1e6;
        assert!((since - (ms - expected[0].1)).abs() < 0.01, "{moment}: {since} {ms}");
    }
}

/// Events lie in the order of their times and within their span.
fn check_events(span: &Span) {
    assert!(span.events.is_sorted_by_key(|event| event.time_unix_nano), "{:?}", span.events);
    for event in &span.events {
        let within = span.start_time_unix_nano..=span.end_time_unix_nano;
        assert!(within.contains(&event.time_unix_nano), "{} in {}", event.name, span.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_load_is_told_with_its_phases_in_the_servers_trace() {
    let stage = Stage::open().await;
    let load = stage.front.intake.span("documentLoad").await;
    let fetch = stage.front.intake.span("documentFetch").await;

    let meta = "return document.querySelector('meta[name=traceparent]').content";
    let server = stage.browser.run(meta).await.unwrap();
    let fields: Vec<_> = server.as_str().unwrap().split('-').collect();
    assert_eq!(
        (hex(&load.trace_id), hex(&load.parent_span_id)),
        (fields[1].into(), fields[2].into())
    );
    assert_eq!((&fetch.trace_id, &fetch.parent_span_id), (&load.trace_id, &load.span_id));
    // Sampled, and the parent is another process's; then the page's own.
    assert_eq!((load.kind, load.flags, fetch.kind, fetch.flags), (1, 0x301, 1, 0x101));
    assert!(load.status.is_none() && fetch.status.is_none());

    let told = attributes(&load.attributes);
    let session = &told["session.id"];
    assert_eq!(session.as_str().unwrap().len(), 32);
    assert_eq!(told["url.full"], format!("{}/", stage.front.url));
    assert_eq!(told["http.response.status_code"], 200);
    for name in ["app.first_byte_ms", "app.dom_content_loaded_ms", "app.ready_ms"] {
        assert!(told[name].as_i64().unwrap() > 0, "{name}");
    }
    let about = attributes(&fetch.attributes);
    let length = "return performance.getEntriesByType('navigation')[0].encodedBodySize";
    assert_eq!(about["http.response.body.size"], stage.browser.run(length).await.unwrap());
    assert_eq!((&about["url.full"], &about["session.id"]), (&told["url.full"], session));

    let entry = "return performance.getEntriesByType('navigation')[0].toJSON()";
    let entry = stage.browser.run(entry).await.unwrap();
    check_moments(&load, &entry, &LOAD);
    check_moments(&fetch, &entry, &REQUEST);
    check_events(&load);
    check_events(&fetch);
    // The request lies within the load, and the load in the page's own clock.
    assert!(load.start_time_unix_nano <= fetch.start_time_unix_nano);
    assert!(fetch.end_time_unix_nano <= load.end_time_unix_nano);
    let duration = "return performance.getEntriesByType('navigation')[0].loadEventEnd";
    let duration_ms = stage.browser.run(duration).await.unwrap().as_f64().unwrap();
    #[expect(clippy::cast_precision_loss, reason = "a page load is short")]
    let span_ms = (load.end_time_unix_nano - load.start_time_unix_nano) as f64 / 1e6;
    assert!((duration_ms - span_ms).abs() < 0.01, "{duration_ms} {span_ms}");

    let kept = stage.lab.json(&format!("/api/traces/{}", fields[1])).await.unwrap();
    assert_eq!(e2e::trace::only(&kept, "task-frontend", "documentFetch")["kind"], "internal");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_resource_says_which_browser_it_is() {
    let stage = Stage::set(&[]).await;
    let connection = "Object.defineProperty(Navigator.prototype, 'connection', \
                      { get: () => ({ type: 'cellular' }) })";
    stage.browser.run_first(connection).await.unwrap();
    stage.browser.open(&stage.front.url).await.unwrap();
    stage.front.intake.span("documentLoad").await;
    stage.front.intake.event("browser.web_vital").await;
    let told = "const { userAgent, language, userAgentData: data } = navigator; return [ \
                userAgent, language, data.mobile, data.platform, \
                data.brands.map(({ brand, version }) => brand + ' ' + version)]";
    let told = stage.browser.run(told).await.unwrap();
    // Spans and log records name the same sender.
    for content in stage.front.intake.taken() {
        let resource = attributes(&content.resource.attributes);
        for (name, value) in [
            ("service.name", &json!("task-frontend")),
            ("service.version", &json!(env!("CARGO_PKG_VERSION"))),
            ("deployment.environment.name", &json!("lab")),
            ("network.connection.type", &json!("cell")),
            ("user_agent.original", &told[0]),
            ("browser.language", &told[1]),
            ("browser.mobile", &told[2]),
            ("browser.platform", &told[3]),
            ("browser.brands", &told[4]),
        ] {
            assert_eq!(&resource[name], value, "{name}");
        }
        assert_eq!(resource.len(), 9, "{resource:?}");
        assert_eq!(content.scope.name, "frontend-wasm");
        assert_eq!(content.scope.version, env!("CARGO_PKG_VERSION"));
        assert_eq!(attributes(&content.scope.attributes).get("app.dropped_spans"), None::<&Value>);
    }
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_address_may_hold_of_secrets_is_not_told() {
    let stage = Stage::set(&[]).await;
    let address = format!("{}/?completed=false&token=abc123&limit=a@b.c#part", stage.front.url);
    stage.browser.open(&address).await.unwrap();
    let told = format!("{}/?completed=false&token=REDACTED&limit=REDACTED", stage.front.url);
    for name in ["documentLoad", "documentFetch"] {
        let span = stage.front.intake.span(name).await;
        assert_eq!(attributes(&span.attributes)["url.full"], told, "{name}");
    }
    // The list asks with the same query.
    stage.browser.run("document.querySelector('[data-do=retry]').click()").await.unwrap();
    let request = stage.front.intake.span("GET /fragments/tasks").await;
    let told = told.replace("/?", "/fragments/tasks?");
    assert_eq!(attributes(&request.attributes)["url.full"], told);
    let all = format!("{:?}", stage.front.intake.taken());
    assert!(!all.contains("abc123") && !all.contains("a@b.c"), "{all}");
    stage.close().await;
}
