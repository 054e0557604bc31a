//! Browsers that lack something, or throw: telemetry may be missing, the page works.

use e2e::intake::attributes;
use serde_json::{Value, json};

use crate::Stage;

const OBSERVERS_ARE_MISSING: &str = "delete window.PerformanceObserver";

const EVERYTHING_THROWS: &str = "const thrower = () => { throw new Error('not here') }; \
     for (const name of ['getEntriesByType', 'getEntriesByName']) performance[name] = thrower; \
     window.PerformanceObserver = class { \
         static get supportedEntryTypes() { return thrower() } }; \
     for (const name of ['connection', 'userAgentData', 'language']) \
         Object.defineProperty(navigator, name, { get: thrower })";

/// Adds a task in such a browser, and gives the attributes of its click's resource.
async fn add_in(hostility: &str) -> serde_json::Map<String, Value> {
    let stage = Stage::set(&[]).await;
    stage.browser.run_first(hostility).await.unwrap();
    stage.browser.open(&stage.front.url).await.unwrap();
    stage.add("Works").await;
    stage.browser.find(".task[data-id='1']").await.unwrap();
    assert_eq!(stage.lab.json("/api/tasks").await.unwrap()["count"], 1);
    let click = stage.front.intake.span("click add-task").await;
    let request = stage.front.intake.span("POST /api/tasks").await;
    assert_eq!(request.parent_span_id, click.span_id);
    assert_eq!(attributes(&request.attributes)["http.response.status_code"], 201);
    assert_eq!(stage.browser.console().await.unwrap(), Vec::<Value>::new());
    assert!(stage.front.intake.events("exception").is_empty(), "the tracer threw");
    // What does not depend on what is missing is told.
    stage.run_own("Promise.reject(new Error('told'))").await;
    stage.front.intake.event("exception").await;
    let resource = attributes(&stage.front.intake.taken()[0].resource.attributes);
    stage.close().await;
    resource
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_without_observers_is_served() {
    let resource = add_in(OBSERVERS_ARE_MISSING).await;
    assert!(resource.contains_key("browser.language"), "{resource:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_throws_is_served() {
    let resource = add_in(EVERYTHING_THROWS).await;
    assert_eq!(resource["service.name"], json!("task-frontend"));
    assert!(!resource.contains_key("browser.language"), "{resource:?}");
}
