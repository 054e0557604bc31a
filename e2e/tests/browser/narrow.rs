//! The page on the narrowest screen that it is made for.

use e2e::browser::Browser;
use e2e::lab::Lab;
use serde_json::json;

const WIDTH: u32 = 320;

/// The page's width, that of its view, and for the message what sticks out of it.
const WIDTHS: &str = "const { scrollWidth, clientWidth } = document.documentElement; \
     const out = [...document.body.querySelectorAll('*')] \
         .filter((e) => e.getBoundingClientRect().right > clientWidth) \
         .map((e) => e.outerHTML.slice(0, 80)); \
     return [scrollWidth, clientWidth, out]";

const OPEN_ALL: &str = "for (const e of document.querySelectorAll('details')) e.open = true";

async fn check(browser: &Browser, what: &str) {
    let widths = browser.run(WIDTHS).await.unwrap();
    let [page, view] = [0, 1].map(|at| widths[at].as_u64().unwrap());
    assert!(page <= view && page <= u64::from(WIDTH), "{what}: {widths:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_to_scroll_sideways() {
    let lab = Lab::start_with(&[
        ("LAB_GRAFANA_URL", "http://{host}:3000"),
        ("LAB_PROMETHEUS_URL", "http://{host}:9090"),
    ])
    .await
    .unwrap();
    for title in ["Buy milk", &"W".repeat(200)] {
        lab.add(title, &format!("see https://example.com/{}", "w".repeat(300))).await.unwrap();
    }
    let alert = json!({
        "status": "firing",
        "labels": { "alertname": "AvailabilityErrorBudgetBurnWithAVeryLongName", "severity": "page" },
        "annotations": {
            "summary": format!("https://example.com/{}", "w".repeat(100)),
            "runbook_url": "https://runbooks.example/x",
        },
        "startsAt": "2026-01-31T12:00:00Z",
    });
    lab.notify(&alert).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.emulate(WIDTH, 640, "light").await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let loaded = browser.shown_trace("").await.unwrap();
    check(&browser, "the fresh page").await;
    browser.run(OPEN_ALL).await.unwrap();
    check(&browser, "the open panel").await;

    browser.click("[data-do=simulate-error] button").await.unwrap();
    let failed = browser.shown_trace(&loaded).await.unwrap();
    browser.run(OPEN_ALL).await.unwrap();
    browser.click(".task:nth-child(1) .task-edit").await.unwrap();
    browser.click(".task:nth-child(2) .task-delete").await.unwrap();
    browser.find(".toast-undo").await.unwrap();
    browser.run("document.querySelector('#connection').dataset.state = 'down'").await.unwrap();
    check(&browser, "a busy page").await;

    browser.visit(&format!("{}/traces/{failed}", lab.url)).await.unwrap();
    check(&browser, "a trace's page").await;
    browser.run(OPEN_ALL).await.unwrap();
    check(&browser, "a trace's page with everything open").await;
    browser.visit(&format!("{}/nowhere", lab.url)).await.unwrap();
    check(&browser, "an error's page").await;
    browser.close().await.unwrap();
}
