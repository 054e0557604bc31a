//! Deleting, and taking it back.

use std::time::{Duration, Instant};

use e2e::browser::Browser;
use e2e::lab::Lab;
use e2e::trace::{only, tree};
use serde_json::json;

/// How long a deletion can be undone.
const UNDO_MS: u32 = 5_000;

/// A page with three tasks. `is_held`: no time passes for deletions until the test says so.
async fn open_with_three(lab: &Lab, is_held: bool) -> Browser {
    for title in ["first", "second", "third"] {
        lab.add(title, "").await.unwrap();
    }
    let browser = Browser::start().await.unwrap();
    if is_held {
        browser.hold_timers(UNDO_MS).await.unwrap();
    }
    browser.open(&lab.url).await.unwrap();
    browser.shown_trace("").await.unwrap();
    browser
}

/// The titles on the page, from top to bottom.
async fn titles(browser: &Browser) -> serde_json::Value {
    let script = "return [...document.querySelectorAll('.task-title')].map(e => e.textContent)";
    browser.run(script).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undone_deletion_never_happened() {
    let lab = Lab::start().await.unwrap();
    let browser = open_with_three(&lab, true).await;
    browser.click(".task:nth-child(2) .task-delete").await.unwrap();
    assert_eq!(titles(&browser).await, json!(["third", "first"]));
    assert_eq!(browser.text("#stats-total").await.unwrap(), "2");
    assert_eq!(lab.json("/api/tasks/2").await.unwrap()["title"], "second");
    // The keyboard goes on where the row was.
    let focused = "return document.activeElement.closest('.task')?.dataset.id";
    assert_eq!(browser.run(focused).await.unwrap(), "1");

    browser.click(".toast[data-kind=undo] .toast-undo").await.unwrap();
    assert_eq!(titles(&browser).await, json!(["third", "second", "first"]));
    assert_eq!(browser.text("#stats-total").await.unwrap(), "3");
    assert_eq!(browser.run(focused).await.unwrap(), "2");

    // The other way, without the pointer.
    browser.click(".task:nth-child(1) .task-delete").await.unwrap();
    browser.click(".task:nth-child(1) .task-delete").await.unwrap();
    assert_eq!(titles(&browser).await, json!(["first"]));
    browser.press("z", true).await.unwrap();
    assert_eq!(titles(&browser).await, json!(["second", "first"]));
    browser.press("z", true).await.unwrap();
    assert_eq!(titles(&browser).await, json!(["third", "second", "first"]));

    // The time is over, and nothing is sent any more.
    browser.release_timers().await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(lab.json("/api/tasks").await.unwrap()["count"], 3);
    assert!(browser.console().await.unwrap().is_empty());
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_is_sent_when_its_time_is_over() {
    let lab = Lab::start().await.unwrap();
    let browser = open_with_three(&lab, false).await;
    let loaded = browser.run("return document.querySelector('#trace').dataset.traceId").await;
    let loaded = loaded.unwrap().as_str().unwrap().to_owned();
    let clicked = Instant::now();
    browser.click(".task:nth-child(1) .task-delete").await.unwrap();
    let shown = browser.shown_trace(&loaded).await.unwrap();
    assert!(clicked.elapsed() > Duration::from_secs(5), "{:?}", clicked.elapsed());
    let trace = lab.json(&format!("/api/traces/{shown}")).await.unwrap();
    let rows = tree(&trace);
    assert_eq!(rows[0], (0, "task-frontend".into(), "undoTimeout delete-task".into()));
    assert_eq!(rows[3], (3, "task-backend".into(), "DELETE tasks".into()));
    let root = only(&trace, "task-frontend", "undoTimeout delete-task");
    assert_eq!(root["attributes"]["event.type"], "timeout");
    assert_eq!(lab.json("/api/tasks").await.unwrap()["count"], 2);
    assert!(browser.all(".toast-undo").await.unwrap().is_empty(), "it cannot be undone now");
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_the_page_deletes_at_once() {
    let lab = Lab::start().await.unwrap();
    let browser = open_with_three(&lab, true).await;
    browser.click(".task:nth-child(1) .task-delete").await.unwrap();
    browser.click(".task:nth-child(1) .task-delete").await.unwrap();
    browser.leave().await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(4);
    while lab.json("/api/tasks").await.unwrap()["count"] != 1 {
        assert!(Instant::now() < deadline, "the tasks are still there");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(lab.json("/api/tasks").await.unwrap()["tasks"][0]["title"], "first");
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_waits_stays_hidden_in_another_list() {
    let lab = Lab::start().await.unwrap();
    let browser = open_with_three(&lab, true).await;
    browser.click(".task:nth-child(1) .task-delete").await.unwrap();
    browser.click("#stats-pending").await.unwrap();
    browser.find("#task-view[data-completed=false]").await.unwrap();
    assert_eq!(titles(&browser).await, json!(["second", "first"]));
    assert_eq!(browser.text("#stats-total").await.unwrap(), "2");
    browser.press("z", true).await.unwrap();
    assert_eq!(titles(&browser).await, json!(["third", "second", "first"]));
    assert_eq!(browser.text("#stats-pending").await.unwrap(), "3");
    browser.close().await.unwrap();
}
