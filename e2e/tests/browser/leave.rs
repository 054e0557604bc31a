//! Leaving the page.

use e2e::browser::Browser;
use e2e::lab::Lab;
use e2e::trace::{only, spans, tree};
use serde_json::Value;

/// Keeps the `traceparent` of the next request where the following page can read it.
const REMEMBER: &str = "const send = window.fetch; window.fetch = (request, ...rest) => { \
     const headers = new Headers(rest[0]?.headers ?? request.headers); \
     if (headers.has('traceparent')) sessionStorage.seen = headers.get('traceparent'); \
     return send.call(window, request, ...rest); };";

/// The trace of that request, once there was one.
async fn remembered(browser: &Browser) -> String {
    let mut seen = browser.run("return sessionStorage.seen ?? ''").await.unwrap();
    for _ in 0..50 {
        if seen != "" {
            break;
        }
        seen = browser.run("return sessionStorage.seen ?? ''").await.unwrap();
    }
    seen.as_str().unwrap().split('-').nth(1).unwrap().to_owned()
}

/// Whether the trace hangs together down to a span of the server.
fn reaches(trace: &Value, name: &str) -> bool {
    let is_there = |span: &Value| span["service"] == "task-backend" && span["name"] == name;
    trace["complete"] == true && spans(trace).iter().any(is_there)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_whose_page_is_left_is_still_one_trace() {
    let lab = Lab::start().await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    browser.shown_trace("").await.unwrap();
    browser.enter("#title", "and away").await.unwrap();
    browser.run(REMEMBER).await.unwrap();
    // Click and leave in one go: the answer comes when nobody waits for it any more.
    browser.run("document.querySelector('#add').click(); location.href = '/health'").await.unwrap();
    let trace_id = remembered(&browser).await;
    let trace = lab.trace(&trace_id, |trace| reaches(trace, "INSERT tasks")).await.unwrap();
    let rows = tree(&trace);
    assert_eq!(trace["complete"], true, "{trace:#}");
    assert_eq!((rows[0].0, rows[0].1.as_str()), (0, "task-frontend"), "{rows:?}");
    assert!(rows.contains(&(3, "task-backend".into(), "INSERT tasks".into())), "{rows:?}");
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_is_one_trace_whose_answer_comes_too_late() {
    let lab = Lab::start().await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    browser.shown_trace("").await.unwrap();
    browser.clear("#delay").await.unwrap();
    browser.enter("#delay", "10").await.unwrap();
    browser.run(REMEMBER).await.unwrap();
    browser.click("[data-do=simulate-slow] button").await.unwrap();
    let trace_id = remembered(&browser).await;
    browser.leave().await.unwrap();
    let is_whole = |trace: &Value| reaches(trace, "GET /api/simulate-slow");
    let trace = lab.trace(&trace_id, is_whole).await.unwrap();
    let rows = tree(&trace);
    let wanted = [
        (0, "task-frontend".into(), "click simulate-slow".into()),
        (1, "task-frontend".into(), "GET /api/simulate-slow".into()),
        (2, "task-backend".into(), "GET /api/simulate-slow".into()),
    ];
    assert_eq!(rows, wanted, "{trace:#}");
    // What nobody waits for any more has not failed.
    let click = only(&trace, "task-frontend", "click simulate-slow");
    assert_eq!(
        (&click["status"], &click["events"][0]["name"]),
        (&"unset".into(), &"pagehide".into()),
        "{trace:#}"
    );
    assert_eq!(trace["complete"], true, "{trace:#}");
    browser.close().await.unwrap();
}
