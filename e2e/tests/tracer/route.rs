//! Going back and forth within the page.

use e2e::intake::attributes;
use serde_json::json;

use crate::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_route_is_a_trace_that_ends_with_its_picture() {
    let stage = Stage::open().await;
    let load = stage.front.intake.span("documentLoad").await;
    // The same query: the application has nothing to ask.
    stage.browser.run("history.pushState(0, '', '/elsewhere')").await.unwrap();
    // Another place of the same page is no other route.
    stage.browser.run("location.hash = 'tasks'").await.unwrap();
    stage.browser.back().await.unwrap();
    stage.browser.back().await.unwrap();
    let change = stage.front.intake.span("routeChange").await;
    assert_eq!((change.kind, change.parent_span_id.len(), change.flags), (1, 0, 0x101));
    assert_ne!(change.trace_id, load.trace_id);
    let ms = (change.end_time_unix_nano - change.start_time_unix_nano) / 1_000_000;
    assert!((1..5000).contains(&ms), "{ms}");
    let told = attributes(&change.attributes);
    assert_eq!(told["url.path"], "/");
    assert_eq!(told["session.id"], attributes(&load.attributes)["session.id"]);
    stage.browser.leave().await.unwrap();
    assert_eq!(stage.front.intake.named("routeChange").len(), 1);
    stage.close().await;
}

/// What the application asks for on the way back hangs on the change of route, which lasts
/// until it is there.
async fn check_way_back(stage: &Stage) {
    stage.browser.open(&stage.front.url).await.unwrap();
    stage.front.intake.span("documentLoad").await;
    stage.browser.click("#stats-completed").await.unwrap();
    stage.browser.find("#task-view[data-completed=true]").await.unwrap();
    stage.browser.run("history.back()").await.unwrap();
    stage.browser.find("#task-view[data-completed='']").await.unwrap();
    let change = stage.front.intake.span("routeChange").await;
    let requests = stage
        .front
        .intake
        .until(|intake| {
            Some(intake.named("GET /fragments/tasks")).filter(|requests| requests.len() >= 2)
        })
        .await;
    let request = requests.iter().find(|request| request.parent_span_id == change.span_id).unwrap();
    assert_eq!(request.trace_id, change.trace_id);
    assert!(change.start_time_unix_nano <= request.start_time_unix_nano);
    assert!(change.end_time_unix_nano >= request.end_time_unix_nano);
    assert_eq!(attributes(&change.attributes)["url.path"], "/");
    // The way there was a click, and the only one.
    stage.browser.leave().await.unwrap();
    let click = stage.front.intake.span("click filter-tasks").await;
    assert_ne!(click.trace_id, change.trace_id);
    assert_eq!(stage.front.intake.named("click filter-tasks").len(), 1);
    assert_eq!(stage.front.intake.named("routeChange").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_is_one_trace_with_its_request() {
    let stage = Stage::set(&[]).await;
    check_way_back(&stage).await;
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_is_told_without_the_navigation_api_as_well() {
    let stage = Stage::set(&[]).await;
    let without = "Object.defineProperty(window, 'navigation', { value: undefined })";
    stage.browser.run_first(without).await.unwrap();
    check_way_back(&stage).await;
    assert_eq!(stage.browser.run("return typeof navigation").await.unwrap(), json!("undefined"));
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_back_that_fails_says_so() {
    let stage = Stage::set(&[]).await;
    stage.browser.open(&stage.front.url).await.unwrap();
    stage.browser.click("#stats-completed").await.unwrap();
    stage.browser.find("#task-view[data-completed=true]").await.unwrap();
    let refuse = "window.fetch = ((send) => (url, init) => url.startsWith('/fragments/tasks') \
                  ? Promise.reject(new TypeError('no connection')) : send(url, init))\
                  (window.fetch.bind(window))";
    stage.browser.run(refuse).await.unwrap();
    stage.browser.run("history.back()").await.unwrap();
    let change = stage.front.intake.span("routeChange").await;
    assert_eq!(change.status.unwrap_or_default().code, 2);
    assert_eq!(attributes(&change.attributes)["error.type"], "TypeError");
    stage.close().await;
}
