//! The catalogue of telemetry against what the page sends, in both directions.

#[path = "../../../backend/tests/process/catalogue/document.rs"]
mod document;
#[path = "../shared/json.rs"]
mod json;
mod records;
#[path = "../../../backend/tests/process/catalogue/spans.rs"]
mod spans;

use std::time::{Duration, Instant};

use e2e::browser::Browser;
use e2e::lab::Lab;
use serde_json::Value;

const SERVICE: &str = "task-frontend";

/// Keeps what the page exports, and breaks or stalls its other requests on demand. The
/// network is one that a desktop does not tell of.
const RECORD: &str = "const send = window.fetch; window.exported = []; \
     window.broken = window.stalled = false; \
     Object.defineProperty(Navigator.prototype, 'connection', { get: () => ({ type: 'wifi' }) }); \
     window.fetch = (url, init) => { \
         const path = String(url); \
         if (path.startsWith('/otlp/')) exported.push(typeof init.body === 'string' ? init.body : new TextDecoder().decode(init.body)); \
         else if (broken && /^.(api|fragments).tasks/.test(path)) \
             return Promise.reject(new TypeError('no connection')); \
         else if (stalled && path.startsWith('/fragments/tasks')) \
             return new Promise(() => 0); \
         return send.call(window, url, init); };";

/// Another visit, an error and a long task. Errors of a script of the driver's would be told
/// without their text.
const EVENTS: &str = "Date.now = ((now) => () => now() + 31 * 60_000)(Date.now.bind(Date)); \
     const error = new TypeError('told'); dispatchEvent(new ErrorEvent('error', { error })); \
     setTimeout(() => { const end = performance.now() + 100; while (performance.now() < end); })";

#[tokio::test(flavor = "multi_thread")]
async fn the_page_sends_what_the_catalogue_says() {
    let lab = Lab::start().await.unwrap();
    for number in 0..=100 {
        lab.add(&format!("task {number}"), "").await.unwrap();
    }
    let browser = Browser::start().await.unwrap();
    browser.run_first(RECORD).await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let mut shown = browser.shown_trace("").await.unwrap();
    browser.enter("#title", "typed\n").await.unwrap();
    shown = browser.shown_trace(&shown).await.unwrap();
    browser.enter("#title", "clicked").await.unwrap();
    for button in [
        "#task-form button[type=submit]",
        "[data-do=older]",
        ".task-toggle",
        ".task-toggle",
        ".task-delete",
        "[data-do=simulate-error] button",
        "[data-do=simulate-slow] button",
        "[data-do=bulk-create] button",
        "[data-do=smoke-db] button",
        ".filter[href*='completed=false']",
    ] {
        browser.click(button).await.unwrap();
        shown = browser.shown_trace(&shown).await.unwrap();
    }
    browser.click(".task-edit").await.unwrap();
    browser.enter("#edit-title", " and more\n").await.unwrap();
    shown = browser.shown_trace(&shown).await.unwrap();
    browser.run("history.back()").await.unwrap();
    browser.shown_trace(&shown).await.unwrap();
    // As if the page were left while it waits, and brought back; what it exports can still
    // be read.
    browser.clear("#delay").await.unwrap();
    browser.enter("#delay", "20").await.unwrap();
    browser.click("[data-do=simulate-slow] button").await.unwrap();
    let forth = "window.stalled = true; return new Promise((go) => { \
                 addEventListener('popstate', () => setTimeout(() => go(0))); history.forward(); })";
    browser.run(forth).await.unwrap();
    for event in ["pagehide", "pageshow"] {
        let script =
            format!("dispatchEvent(new PageTransitionEvent({event:?}, {{ persisted: true }}))");
        browser.run(&script).await.unwrap();
    }
    browser.run("window.broken = true").await.unwrap();
    browser.run(EVENTS).await.unwrap();
    browser.click(".task-toggle").await.unwrap();
    browser.run("history.back()").await.unwrap();

    // Spans are sent a while after they end; what is missing then, the comparison names.
    let deadline = Instant::now() + Duration::from_secs(15);
    loop {
        let bodies = browser.run("return window.exported").await.unwrap();
        let complaints = complaints(&bodies);
        if complaints.is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "docs/TELEMETRY.md:\n{}", complaints.join("\n"));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    browser.close().await.unwrap();
}

fn complaints(bodies: &Value) -> Vec<String> {
    let bodies = bodies.as_array().unwrap().iter();
    let bodies: Vec<Value> =
        bodies.map(|body| serde_json::from_str(body.as_str().unwrap()).unwrap()).collect();
    let (seen, resources) = json::read(&bodies);
    let mut complaints = spans::differences(SERVICE, "", &seen);
    complaints.extend(records::differences(&bodies));
    for resource in &resources {
        complaints.extend(spans::resource_differences(SERVICE, resource));
    }
    complaints
}
