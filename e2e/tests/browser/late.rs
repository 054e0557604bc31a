//! Answers that come when the list is no longer the one that it was.

use e2e::browser::Browser;
use e2e::lab::Lab;
use serde_json::{Value, json};

/// An answer that no server gives.
const FAIL: &str = "return new Response('{}', { status: 503 });";

/// A page with so many tasks. `path` follows the lab's address.
async fn open_with(lab: &Lab, count: usize, path: &str) -> Browser {
    for number in 1..=count {
        lab.add(&format!("task {number}"), "").await.unwrap();
    }
    let browser = Browser::start().await.unwrap();
    browser.hold_timers(5_000).await.unwrap();
    browser.open(&format!("{}{path}", lab.url)).await.unwrap();
    browser.shown_trace("").await.unwrap();
    browser
}

/// Keeps requests of which the script `is_meant` is true, of their `url` and `method`, until
/// the test lets them go; `then` is what comes of them if they are not simply sent.
async fn hold(browser: &Browser, is_meant: &str, then: &str) {
    let script = format!(
        "const send = window.fetch.bind(window); \
         const gone = new Promise((go) => (window.letGo = go)); \
         window.fetch = async (url, init) => {{ const method = init?.method; \
         if ({is_meant}) {{ await gone; {then} }} return send(url, init); }}"
    );
    browser.run(&script).await.unwrap();
}

async fn let_go(browser: &Browser) {
    browser.run("letGo()").await.unwrap();
}

/// The trace on show, whatever has come of it.
async fn trace_on_show(browser: &Browser) -> String {
    let script = "return document.querySelector('#trace').dataset.traceId";
    browser.run(script).await.unwrap().as_str().unwrap().to_owned()
}

/// Waits until the panel turns to another trace: whatever was under way is over then.
async fn until_over(browser: &Browser, before: &str) {
    browser.find(&format!("#trace:not([data-trace-id='{before}'])")).await.unwrap();
}

/// Filters the list and waits for it; the trace that the panel shows then.
async fn filter(browser: &Browser, link: &str, completed: &str) -> String {
    let before = trace_on_show(browser).await;
    browser.click(link).await.unwrap();
    browser.find(&format!("#task-view[data-completed='{completed}']")).await.unwrap();
    browser.shown_trace(&before).await.unwrap()
}

/// The ids of the list's tasks, and the counts of all, of the open and of the done ones.
async fn list(browser: &Browser) -> Value {
    let script = "return [[...document.querySelectorAll('.task')].map(e => e.dataset.id).join(), \
                  ...['total', 'pending', 'completed'].map(name => \
                  +document.querySelector(`#stats-${name}`).textContent)]";
    browser.run(script).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_list_is_never_shown_over_a_newer_one() {
    let lab = Lab::start().await.unwrap();
    let browser = open_with(&lab, 2, "/").await;
    hold(&browser, "url.includes('completed=true')", "").await;
    browser.click("#stats-completed").await.unwrap();
    let newer = filter(&browser, "#stats-pending", "false").await;
    let_go(&browser).await;
    // It is a whole trace all the same.
    browser.shown_trace(&newer).await.unwrap();
    assert_eq!(browser.all("#task-view[data-completed=false]").await.unwrap().len(), 1);
    assert_eq!(list(&browser).await, json!(["2,1", 2, 2, 0]));
    assert_eq!(browser.run("return location.search").await.unwrap(), "?completed=false");
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_leaves_no_trace_in_another_list() {
    let lab = Lab::start().await.unwrap();
    let browser = open_with(&lab, 2, "/?completed=false").await;
    hold(&browser, "method === 'PUT' || method === 'POST' && url.includes('tasks')", FAIL).await;
    browser.click(".task:nth-child(1) .task-toggle").await.unwrap();
    browser.enter("#title", "new\n").await.unwrap();
    assert_eq!(list(&browser).await, json!([",1", 3, 2, 1]));
    let shown = filter(&browser, "#stats-total", "").await;
    assert_eq!(list(&browser).await, json!(["2,1", 2, 2, 0]));

    let_go(&browser).await;
    browser.find("#toasts-failed > .toast:nth-child(2)").await.unwrap();
    assert_eq!(list(&browser).await, json!(["2,1", 2, 2, 0]));
    until_over(&browser, &shown).await;
    assert_eq!(list(&browser).await, json!(["2,1", 2, 2, 0]));
    assert_eq!(browser.value("#title").await.unwrap(), "new", "nothing is lost");
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_shows_in_another_list_too() {
    let lab = Lab::start().await.unwrap();
    let browser = open_with(&lab, 1, "/").await;
    hold(&browser, "method === 'POST' && url.includes('tasks')", "").await;
    browser.enter("#title", "new\n").await.unwrap();
    filter(&browser, "#stats-pending", "false").await;
    assert_eq!(list(&browser).await, json!(["1", 1, 1, 0]));
    let_go(&browser).await;
    browser.find(".task[data-id='2']").await.unwrap();
    assert_eq!(list(&browser).await, json!(["2,1", 2, 2, 0]));
    assert_eq!(browser.value("#title").await.unwrap(), "");
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_under_way_stays_hidden_until_it_fails() {
    for (then, expected) in [("", json!(["1", 1, 1, 0])), (FAIL, json!(["2,1", 2, 2, 0]))] {
        let lab = Lab::start().await.unwrap();
        let browser = open_with(&lab, 2, "/").await;
        hold(&browser, "method === 'DELETE'", then).await;
        browser.click(".task:nth-child(1) .task-delete").await.unwrap();
        browser.release_timers().await.unwrap();
        let shown = filter(&browser, "#stats-pending", "false").await;
        assert_eq!(list(&browser).await, json!(["1", 1, 1, 0]));
        let_go(&browser).await;
        until_over(&browser, &shown).await;
        assert_eq!(list(&browser).await, expected);
        browser.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_fails_is_there_when_the_page_comes_back() {
    let lab = Lab::start().await.unwrap();
    let browser = open_with(&lab, 2, "/").await;
    hold(&browser, "method === 'DELETE'", "throw new TypeError('no way');").await;
    browser.click(".task:nth-child(1) .task-delete").await.unwrap();
    let hide = "dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))";
    browser.run(hide).await.unwrap();
    assert_eq!(list(&browser).await, json!(["1", 1, 1, 0]));
    let_go(&browser).await;
    let toast = browser.text_shown("#toasts-failed > .toast").await.unwrap();
    assert!(toast.contains("The server could not be reached."), "{toast}");
    assert_eq!(list(&browser).await, json!(["2,1", 2, 2, 0]));
    assert!(browser.console().await.unwrap().is_empty(), "nothing is thrown");
    browser.close().await.unwrap();
}
