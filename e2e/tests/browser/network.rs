//! A network that breaks: what the page shows was never stored, and says so.

use std::time::{Duration, Instant};

use e2e::browser::Browser;
use e2e::gate::{Gate, Mood};
use e2e::lab::Lab;
use serde_json::json;

/// Waits until the script gives this.
async fn until(browser: &Browser, script: &str, expected: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let found = browser.run(script).await.unwrap();
        if found == expected {
            return;
        }
        assert!(Instant::now() < deadline, "{script}: {found}, not {expected}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

const CONNECTION: &str = "return document.querySelector('#connection').dataset.state";

#[tokio::test(flavor = "multi_thread")]
async fn an_action_shows_before_the_answer_and_goes_when_none_comes() {
    let lab = Lab::start().await.unwrap();
    lab.add("open", "").await.unwrap();
    let gate = Gate::before(&lab.url).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&gate.url).await.unwrap();
    browser.shown_trace("").await.unwrap();

    gate.set(Mood::Held);
    browser.enter("#title", "new\n").await.unwrap();
    browser.click(".task[data-id='1'] .task-toggle").await.unwrap();
    let rows = "return [...document.querySelectorAll('.task')].map(e => \
                `${e.querySelector('.task-title').textContent} ${e.dataset.completed}`).join()";
    assert_eq!(browser.run(rows).await.unwrap(), "new false,open true");
    assert_eq!(browser.text("#stats-total").await.unwrap(), "2");
    assert_eq!(browser.text("#stats-completed").await.unwrap(), "1");
    assert_eq!(browser.all(".task[aria-busy=true]").await.unwrap().len(), 2);
    assert_eq!(browser.value("#title").await.unwrap(), "new", "not yet stored");

    gate.set(Mood::Broken);
    until(&browser, rows, "open false").await;
    until(&browser, CONNECTION, "down").await;
    assert_eq!(browser.text("#stats-total").await.unwrap(), "1");
    assert_eq!(browser.text("#stats-completed").await.unwrap(), "0");
    assert_eq!(browser.value("#title").await.unwrap(), "new", "nothing is lost");
    let toasts = browser.all(".toast[data-kind=failed]").await.unwrap();
    assert_eq!(toasts.len(), 2);
    let text = browser.text_shown(".toast[data-kind=failed]").await.unwrap();
    assert!(text.contains("The server could not be reached."), "{text}");

    // The page finds out by itself when the server is back.
    gate.set(Mood::Open);
    until(&browser, CONNECTION, "up").await;
    browser.enter("#title", "\n").await.unwrap();
    until(&browser, rows, "new false,open false").await;
    until(&browser, "return document.querySelector('#title').value", "").await;
    let titles = lab.json("/api/tasks").await.unwrap();
    assert_eq!(titles["count"], 2);
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_can_try_again() {
    let lab = Lab::start().await.unwrap();
    lab.add("a", "").await.unwrap();
    let gate = Gate::before(&lab.url).await.unwrap();
    let browser = Browser::start().await.unwrap();
    // The page's own look at the server would find it first, and take the button away.
    browser.hold_timers(5_000).await.unwrap();
    browser.open(&gate.url).await.unwrap();
    browser.shown_trace("").await.unwrap();
    gate.set(Mood::Broken);
    browser.click("#stats-pending").await.unwrap();
    until(&browser, CONNECTION, "down").await;
    assert!(browser.text("#connection").await.unwrap().contains("does not answer"));
    lab.add("b", "").await.unwrap();
    gate.set(Mood::Open);
    browser.click("#connection button").await.unwrap();
    until(&browser, CONNECTION, "up").await;
    until(&browser, "return `${document.querySelectorAll('.task').length}`", "2").await;
    until(&browser, "return document.querySelector('#task-view').dataset.completed", "false").await;
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn being_offline_is_said() {
    let lab = Lab::start().await.unwrap();
    let task = lab.add("a", "").await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    browser.shown_trace("").await.unwrap();
    let offline = |offline: bool| json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    browser.devtools("Network.enable", json!({})).await.unwrap();
    browser.devtools("Network.emulateNetworkConditions", offline(true)).await.unwrap();
    until(&browser, CONNECTION, "offline").await;
    assert!(browser.text("#connection").await.unwrap().contains("You are offline."));
    browser.click(".task-toggle").await.unwrap();
    browser.find(".toast[data-kind=failed]").await.unwrap();
    browser.find(".task[data-completed=false]:not([aria-busy=true])").await.unwrap();
    browser.devtools("Network.emulateNetworkConditions", offline(false)).await.unwrap();
    until(&browser, CONNECTION, "up").await;
    browser.click(".task-toggle").await.unwrap();
    browser.find(".task[data-completed=true]:not([aria-busy=true])").await.unwrap();
    let stored = lab.json(&format!("/api/tasks/{}", task["id"])).await.unwrap();
    assert_eq!(stored["completed"], true);
    browser.close().await.unwrap();
}
