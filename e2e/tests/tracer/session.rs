//! `session.id`.

use std::fs;
use std::path::Path;

use e2e::browser::Browser;
use e2e::front::Front;
use e2e::intake::attributes;
use serde_json::{Value, json};

use crate::Stage;

/// The ids of the visits that began, with those before them, in order.
fn started(stage: &Stage) -> Vec<(Value, Value)> {
    let starts = stage.front.intake.events("session.start").into_iter();
    let pair = |told: serde_json::Map<String, Value>| {
        let previous = told.get("session.previous_id").cloned().unwrap_or_default();
        (told["session.id"].clone(), previous)
    };
    starts.map(|record| pair(attributes(&record.attributes))).collect()
}

async fn session_of_loads(stage: &Stage, count: usize) -> Vec<Value> {
    let loads = stage
        .front
        .intake
        .until(|intake| Some(intake.named("documentLoad")).filter(|loads| loads.len() == count));
    let session = |load: &opentelemetry_proto::tonic::trace::v1::Span| {
        attributes(&load.attributes)["session.id"].clone()
    };
    loads.await.iter().map(session).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_lasts_over_reloads_and_is_one_tabs_own() {
    let stage = Stage::open().await;
    session_of_loads(&stage, 1).await;
    stage.browser.open(&stage.front.url).await.unwrap();
    let of_first = session_of_loads(&stage, 2).await;
    assert_eq!(of_first[0], of_first[1]);
    stage.browser.new_tab().await.unwrap();
    stage.browser.open(&stage.front.url).await.unwrap();
    let all = session_of_loads(&stage, 3).await;
    assert_ne!(all[2], all[0]);
    stage.front.intake.until(|_| (started(&stage).len() == 2).then_some(())).await;
    assert_eq!(started(&stage), [(all[0].clone(), Value::Null), (all[2].clone(), Value::Null)]);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_an_hour_of_silence_ends_a_visit() {
    let stage = Stage::open().await;
    let first = session_of_loads(&stage, 1).await.remove(0);
    let later = |minutes: u32| {
        format!("Date.now = ((now) => () => now() + {minutes} * 60_000)(Date.now.bind(Date))")
    };
    stage.browser.run(&later(29)).await.unwrap();
    stage.add("Still here").await;
    let click = stage.front.intake.span("click add-task").await;
    assert_eq!(attributes(&click.attributes)["session.id"], first);

    stage.browser.run(&later(31)).await.unwrap();
    stage.browser.click(".task .task-toggle").await.unwrap();
    let click = stage.front.intake.span("click complete-task").await;
    let second = attributes(&click.attributes)["session.id"].clone();
    assert_ne!(second, first);
    stage.front.intake.until(|_| (started(&stage).len() == 2).then_some(())).await;
    assert_eq!(started(&stage)[1], (second, first));
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_keeps_nothing_is_served_all_the_same() {
    let stage = Stage::set(&[]).await;
    let forbid = "Object.defineProperty(window, 'sessionStorage', \
                  { get() { throw new DOMException('no', 'SecurityError') } })";
    stage.browser.run_first(forbid).await.unwrap();
    stage.browser.open(&stage.front.url).await.unwrap();
    stage.add("Works").await;
    stage.browser.find(".task").await.unwrap();
    let click = stage.front.intake.span("click add-task").await;
    let load = stage.front.intake.span("documentLoad").await;
    let session = |list: &[_]| attributes(list)["session.id"].clone();
    assert_eq!(session(&click.attributes), session(&load.attributes));
    assert_eq!(stage.browser.console().await.unwrap(), Vec::<Value>::new());
    assert!(stage.front.intake.events("exception").is_empty(), "{}", json!("the tracer threw"));
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_left_before_anything_happens_keeps_the_visit() {
    let front = Front::start(None).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../frontend-wasm/src/tracer/js");
    for file in ["outbox.js", "record.js", "session.js"] {
        front.add(&format!("/{file}"), "text/javascript", fs::read(source.join(file)).unwrap());
    }
    front.add("/", "text/html", "<title>session</title>");
    let browser = Browser::start().await.unwrap();
    browser.visit(&front.url).await.unwrap();
    let id = "0123456789abcdef0123456789abcdef";
    let script = format!(
        "sessionStorage['lab.session'] = '{id} ' + Date.now(); \
         return import('/session.js').then((module) => {{ \
             module.keepSession(); return module.session(); }})"
    );
    assert_eq!(browser.run(&script).await.unwrap(), id);
    browser.close().await.unwrap();
}
