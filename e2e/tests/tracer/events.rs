//! Errors and long tasks, as log records.

use e2e::intake::{attributes, hex, plain};
use serde_json::{Value, json};

use crate::Stage;

const THROWN: &str = "setTimeout(() => { throw new TypeError('no such thing') }); \
     setTimeout(() => { throw 'a text' }); \
     Promise.reject(new RangeError('out of bounds')); \
     Promise.reject(Object.create(null));";

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_catches_is_told_with_its_stack() {
    let stage = Stage::open().await;
    let load = stage.front.intake.span("documentLoad").await;
    stage.run_own(THROWN).await;
    let records = stage
        .front
        .intake
        .until(|intake| Some(intake.events("exception")).filter(|records| records.len() >= 3))
        .await;
    for (name, message) in [
        (json!("TypeError"), "no such thing"),
        (Value::Null, "a text"),
        (json!("RangeError"), "out of bounds"),
    ] {
        let matching =
            |list: &[_]| attributes(list).get("exception.message") == Some(&json!(message));
        let record = records.iter().find(|record| matching(&record.attributes)).unwrap();
        let told = attributes(&record.attributes);
        assert_eq!(told.get("exception.type").unwrap_or(&Value::Null), &name);
        let has_stack = told.get("exception.stacktrace").is_some_and(|stack| {
            let head = format!("{}: {message}\n    at ", name.as_str().unwrap());
            let stack = stack.as_str().unwrap();
            stack.starts_with(&head) && stack.contains("/own.js:")
        });
        assert_eq!(has_stack, !name.is_null(), "{told:?}");
        let line = name.as_str().map_or(message.to_owned(), |name| format!("{name}: {message}"));
        assert_eq!(record.body.as_ref().map(plain), Some(json!(line)));
        assert_eq!((record.severity_number, record.severity_text.as_str()), (17, "ERROR"));
        assert_eq!((&record.trace_id, &record.span_id), (&load.trace_id, &load.span_id));
        assert_eq!(told["session.id"], attributes(&load.attributes)["session.id"]);
        assert_eq!(told["url.path"], "/");
    }
    // The lab keeps them beside the page's trace.
    let trace = stage.lab.json(&format!("/api/traces/{}", hex(&load.trace_id))).await.unwrap();
    let lines = trace["logs"].as_array().unwrap();
    let line = lines.iter().find(|line| line["message"] == "TypeError: no such thing").unwrap();
    assert_eq!((&line["service"], &line["level"]), (&json!("task-frontend"), &json!("ERROR")));
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_bounded_in_length_and_number() {
    let stage = Stage::open().await;
    stage.front.intake.span("documentLoad").await;
    let flood = "for (let i = 0; i < 150; i++) Promise.reject(new Error('x'.repeat(5000)))";
    stage.run_own(flood).await;
    let lost = |intake: &e2e::intake::Intake| -> i64 {
        let scopes =
            intake.taken().into_iter().map(|content| attributes(&content.scope.attributes));
        scopes.filter_map(|scope| scope.get("app.dropped_log_records")?.as_i64()).sum()
    };
    let records = stage
        .front
        .intake
        .until(|intake| {
            let records = intake.events("exception");
            (records.len() >= 100 && lost(intake) >= 50).then_some(records)
        })
        .await;
    assert_eq!((records.len(), lost(&stage.front.intake)), (100, 50));
    for record in records {
        let told = attributes(&record.attributes);
        let length = |name: &str| told[name].as_str().unwrap().len();
        assert_eq!((length("exception.message"), length("exception.stacktrace")), (500, 4000));
    }
    let metrics = stage.lab.text("/metrics").await.unwrap();
    let line = r#"telemetry_dropped_total{reason="browser",signal="log"} 50"#;
    assert!(metrics.contains(line), "{metrics}");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_task_is_told_with_its_length() {
    let stage = Stage::open().await;
    stage.front.intake.span("documentLoad").await;
    let busy = "setTimeout(() => { const end = performance.now() + 150; \
                while (performance.now() < end); })";
    stage.browser.run(busy).await.unwrap();
    let record = stage
        .front
        .intake
        .until(|intake| {
            let long = |record: &_| length_ms(record) >= 150.0;
            intake.events("app.long_task").into_iter().find(long)
        })
        .await;
    assert!(length_ms(&record) < 5000.0, "{}", length_ms(&record));
    assert_eq!((record.severity_number, record.severity_text.as_str()), (13, "WARN"));
    stage.close().await;
}

fn length_ms(record: &opentelemetry_proto::tonic::logs::v1::LogRecord) -> f64 {
    attributes(&record.attributes)["app.long_task.duration_ms"].as_f64().unwrap()
}
