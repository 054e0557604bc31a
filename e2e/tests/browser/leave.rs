//! Leaving the page.

use e2e::browser::Browser;
use e2e::lab::Lab;
use e2e::trace::{spans, tree};

/// Keeps the `traceparent` of the next request where the following page can read it.
const REMEMBER: &str = "const send = window.fetch; window.fetch = (request, ...rest) => { \
     const headers = new Headers(rest[0]?.headers ?? request.headers); \
     if (headers.has('traceparent')) sessionStorage.seen = headers.get('traceparent'); \
     return send.call(window, request, ...rest); };";

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
    let mut seen = browser.run("return sessionStorage.seen ?? ''").await.unwrap();
    for _ in 0..50 {
        if seen != "" {
            break;
        }
        seen = browser.run("return sessionStorage.seen ?? ''").await.unwrap();
    }
    let trace_id = seen.as_str().unwrap().split('-').nth(1).unwrap().to_owned();
    let trace = lab.trace(&trace_id, |trace| spans(trace).len() >= 4).await.unwrap();
    let rows = tree(&trace);
    assert_eq!(trace["complete"], true, "{trace:#}");
    assert_eq!((rows[0].0, rows[0].1.as_str()), (0, "task-frontend"), "{rows:?}");
    assert!(rows.contains(&(3, "task-backend".into(), "INSERT tasks".into())), "{rows:?}");
    browser.close().await.unwrap();
}
