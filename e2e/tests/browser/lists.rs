//! The filter and the pages of the list.

use e2e::browser::Browser;
use e2e::lab::Lab;
use e2e::trace::only;
use serde_json::json;

async fn lab_with(count: usize) -> Lab {
    let lab = Lab::start().await.unwrap();
    for number in 1..=count {
        lab.add(&format!("task {number}"), "").await.unwrap();
    }
    lab
}

#[tokio::test(flavor = "multi_thread")]
async fn the_filter_changes_the_list_and_the_address() {
    let lab = lab_with(3).await;
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let loaded = browser.shown_trace("").await.unwrap();
    browser.run("window.untouched = true").await.unwrap();
    browser.click(".task:nth-child(1) .task-toggle").await.unwrap();
    let completed = browser.shown_trace(&loaded).await.unwrap();

    browser.click("#stats-pending").await.unwrap();
    let filtered = browser.shown_trace(&completed).await.unwrap();
    assert_eq!(browser.all(".task").await.unwrap().len(), 2);
    assert_eq!(browser.run("return location.search").await.unwrap(), "?completed=false");
    let trace = lab.json(&format!("/api/traces/{filtered}")).await.unwrap();
    let server = only(&trace, "task-backend", "GET /fragments/tasks");
    assert_eq!(server["attributes"]["http.route"], "/fragments/tasks");

    // What is done leaves a list of open tasks, and the keyboard goes on in it.
    browser.click(".task:nth-child(1) .task-toggle").await.unwrap();
    assert_eq!(browser.all(".task").await.unwrap().len(), 1);
    let focused = "return document.activeElement.closest('.task')?.dataset.id";
    assert_eq!(browser.run(focused).await.unwrap(), "1");
    let shown = browser.shown_trace(&filtered).await.unwrap();
    assert_eq!(browser.text("#stats-pending").await.unwrap(), "1");
    assert_eq!(browser.text("#stats-completed").await.unwrap(), "2");

    // Back, and still the same page.
    browser.run("history.back()").await.unwrap();
    browser.find("#task-view[data-completed='']").await.unwrap();
    browser.shown_trace(&shown).await.unwrap();
    assert_eq!(browser.all(".task").await.unwrap().len(), 3);
    assert_eq!(browser.run("return location.search").await.unwrap(), "");
    assert_eq!(browser.run("return window.untouched").await.unwrap(), true);

    // The address alone shows the same.
    browser.open(&format!("{}/?completed=true", lab.url)).await.unwrap();
    assert_eq!(browser.all(".task").await.unwrap().len(), 2);
    assert_eq!(browser.text(".filter[aria-current] span").await.unwrap(), "Completed");
    assert!(browser.console().await.unwrap().is_empty());
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn older_tasks_come_when_they_are_asked_for() {
    let lab = lab_with(60).await;
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let mut shown = browser.shown_trace("").await.unwrap();
    for (rows, first) in [(50, "35"), (60, "10")] {
        browser.run("document.querySelector('.more a').focus()").await.unwrap();
        browser.press("\u{e007}", false).await.unwrap();
        shown = browser.shown_trace(&shown).await.unwrap();
        assert_eq!(browser.all(".task").await.unwrap().len(), rows);
        let focused = "return document.activeElement.closest('.task')?.dataset.id";
        assert_eq!(browser.run(focused).await.unwrap(), first);
    }
    assert!(browser.all(".more").await.unwrap().is_empty());
    let ids = "return [...document.querySelectorAll('.task')].map(e => +e.dataset.id)";
    let expected: Vec<_> = (1..=60).rev().collect();
    assert_eq!(browser.run(ids).await.unwrap(), json!(expected));
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_says_so() {
    let lab = Lab::start().await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&format!("{}/?completed=true", lab.url)).await.unwrap();
    assert_eq!(browser.text("#empty").await.unwrap(), "Nothing is completed yet.");
    let loaded = browser.shown_trace("").await.unwrap();
    // A new task is open: it counts, and does not stand among the completed ones.
    browser.enter("#title", "new\n").await.unwrap();
    browser.shown_trace(&loaded).await.unwrap();
    assert!(browser.all(".task").await.unwrap().is_empty());
    assert_eq!(browser.text("#stats-pending").await.unwrap(), "1");
    browser.close().await.unwrap();
}
