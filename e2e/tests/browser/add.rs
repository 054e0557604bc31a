//! One click, one connected trace.

use std::time::{Duration, Instant};

use e2e::browser::Browser;
use e2e::lab::Lab;
use e2e::trace::{only, spans, tree};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn adding_a_task_is_one_trace_from_the_click_to_the_insert() {
    let lab = Lab::start().await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let loaded = browser.shown_trace("").await.unwrap();

    browser.enter("#title", "Watch this trace").await.unwrap();
    browser.enter("#description", "from the click to the INSERT").await.unwrap();
    let clicked = Instant::now();
    browser.click("#task-form button[type=submit]").await.unwrap();
    let trace_id = browser.shown_trace(&loaded).await.unwrap();
    let waited = clicked.elapsed();
    println!("the panel showed the whole trace {waited:?} after the click");
    assert!(waited < Duration::from_secs(5), "{waited:?}");

    let trace = lab.json(&format!("/api/traces/{trace_id}")).await.unwrap();
    let mut expected = vec![
        ("task-frontend", "click add-task"),
        ("task-frontend", "POST /api/tasks"),
        ("task-backend", "POST /api/tasks"),
        ("task-backend", "INSERT tasks"),
    ];
    // Where Nginx has the OpenTelemetry module, as the compose stack's image does.
    if spans(&trace).iter().any(|span| span["service"] == "lab-proxy") {
        expected.insert(2, ("lab-proxy", "POST /api/tasks"));
    }
    let rows = expected.iter().enumerate();
    assert_eq!(
        tree(&trace),
        rows.map(|(depth, (service, name))| (depth, (*service).into(), (*name).into()))
            .collect::<Vec<_>>()
    );
    assert_eq!(trace["complete"], true);

    check_attributes(&lab, &trace);
    check_times(&trace);
    check_logs(&trace, &trace_id);
    check_panel(&browser, &trace_id, expected.len()).await;

    let stored = lab.json("/api/tasks").await.unwrap();
    assert_eq!(stored["count"], 1);
    assert_eq!(stored["tasks"][0]["title"], "Watch this trace");
    assert_eq!(browser.text(".task .task-title").await.unwrap(), "Watch this trace");
    assert_eq!(browser.text("#stats-total").await.unwrap(), "1");
    assert_eq!(browser.console().await.unwrap(), Vec::<Value>::new());
    browser.close().await.unwrap();
}

fn check_attributes(lab: &Lab, trace: &Value) {
    let authority = lab.url.trim_start_matches("http://");
    let (host, port) = authority.split_once(':').unwrap();
    let port: i64 = port.parse().unwrap();

    let click = only(trace, "task-frontend", "click add-task");
    assert_eq!((&click["kind"], &click["status"]), (&json!("internal"), &json!("unset")));
    let session = click["attributes"]["session.id"].as_str().unwrap();
    assert!(session.len() >= 16, "{session}");
    assert_eq!(click["attributes"]["app.action"], "add-task");

    let fetch = only(trace, "task-frontend", "POST /api/tasks");
    assert_eq!((&fetch["kind"], &fetch["status"]), (&json!("client"), &json!("unset")));
    for (key, value) in [
        ("http.request.method", json!("POST")),
        ("url.full", json!(format!("{}/api/tasks", lab.url))),
        ("http.response.status_code", json!(201)),
        ("server.address", json!(host)),
        ("server.port", json!(port)),
        ("session.id", json!(session)),
    ] {
        assert_eq!(fetch["attributes"][key], value, "{key}");
    }

    let server = only(trace, "task-backend", "POST /api/tasks");
    assert_eq!((&server["kind"], &server["status"]), (&json!("server"), &json!("unset")));
    for (key, value) in [
        ("http.request.method", json!("POST")),
        ("http.route", json!("/api/tasks")),
        ("url.path", json!("/api/tasks")),
        ("http.response.status_code", json!(201)),
        ("server.address", json!(host)),
        ("server.port", json!(port)),
    ] {
        assert_eq!(server["attributes"][key], value, "{key}");
    }
    let client = &server["attributes"]["client.address"];
    match lab.client_address {
        Some(expected) => assert_eq!(client, expected),
        None => assert!(client.is_string(), "{client}"),
    }
    assert!(server["attributes"]["user_agent.original"].as_str().unwrap().contains("Chrome/"));

    let insert = only(trace, "task-backend", "INSERT tasks");
    assert_eq!((&insert["kind"], &insert["status"]), (&json!("client"), &json!("unset")));
    for (key, value) in [
        ("db.system.name", json!(lab.database.0)),
        ("db.namespace", json!(lab.database.1)),
        ("db.collection.name", json!("tasks")),
        ("db.operation.name", json!("INSERT")),
        ("db.response.returned_rows", json!(1)),
    ] {
        assert_eq!(insert["attributes"][key], value, "{key}");
    }
    let text = insert["attributes"]["db.query.text"].as_str().unwrap();
    assert!(text.starts_with("INSERT INTO tasks") && !text.contains("Watch"), "{text}");
}

/// A child lies within its parent, up to the browser's clock: it ticks in steps of
/// 100 µs and is not the server's.
fn check_times(trace: &Value) {
    const SLACK_US: u64 = 2_000;
    for span in spans(trace) {
        let parent = spans(trace).iter().find(|other| other["span_id"] == span["parent_span_id"]);
        if let Some(parent) = parent {
            let us = |span: &Value| span["duration_us"].as_u64().unwrap();
            assert!(us(span) <= us(parent) + SLACK_US, "{} in {}", span["name"], parent["name"]);
        }
    }
}

fn check_logs(trace: &Value, trace_id: &str) {
    let server = only(trace, "task-backend", "POST /api/tasks");
    let logs = trace["logs"].as_array().unwrap();
    let access = logs.iter().find(|line| line["message"] == "POST /api/tasks 201").unwrap();
    assert_eq!(access["span_id"], server["span_id"]);
    assert_eq!(access["service"], "task-backend");
    assert_eq!(access["fields"]["http.response.status_code"], 201);
    assert_eq!(trace["trace_id"], trace_id);
}

async fn check_panel(browser: &Browser, trace_id: &str, spans: usize) {
    assert!(browser.text("#trace-id").await.unwrap().contains(trace_id));
    let mut names = Vec::new();
    for element in browser.all("#trace .span .span-name").await.unwrap() {
        names.push(element.text().await.unwrap());
    }
    assert_eq!(names.len(), spans, "{names:?}");
    let (first, last) = (&names[0], &names[spans - 1]);
    assert!(first.contains("click add-task") && last.contains("INSERT tasks"), "{names:?}");
    let lines = browser.text("#logs").await.unwrap();
    assert!(lines.contains("POST /api/tasks 201"), "{lines}");
}
