//! The card that makes things go wrong.

use e2e::browser::Browser;
use e2e::lab::Lab;
use e2e::trace::{only, spans};

#[tokio::test(flavor = "multi_thread")]
async fn each_experiment_is_one_trace() {
    let lab = Lab::start().await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let loaded = browser.shown_trace("").await.unwrap();

    browser.click("[data-do=simulate-error] button").await.unwrap();
    let failed = browser.shown_trace(&loaded).await.unwrap();
    let toast = browser.text_shown(".toast[data-kind=failed]").await.unwrap();
    assert!(toast.contains("This error was asked for"), "{toast}");
    let trace = lab.json(&format!("/api/traces/{failed}")).await.unwrap();
    let click = only(&trace, "task-frontend", "click simulate-error");
    assert_eq!(click["attributes"]["error.type"], "500");
    assert!(spans(&trace).iter().all(|span| span["status"] == "error"), "{trace:#}");
    assert_eq!(browser.text("#trace-errors").await.unwrap(), "3 errors");
    assert_eq!(browser.all(".span[data-status=error] .span-mark").await.unwrap().len(), 3);
    browser.click(".toast-close").await.unwrap();
    assert!(browser.all(".toast").await.unwrap().is_empty());
    // The browser itself notes a failed request.
    browser.console().await.unwrap();

    browser.clear("#delay").await.unwrap();
    browser.enter("#delay", "0.3\n").await.unwrap();
    let slow = browser.shown_trace(&failed).await.unwrap();
    let trace = lab.json(&format!("/api/traces/{slow}")).await.unwrap();
    let typed = only(&trace, "task-frontend", "formSubmit simulate-slow");
    assert_eq!(typed["attributes"]["app.action"], "simulate-slow");
    let server = only(&trace, "task-backend", "GET /api/simulate-slow");
    assert!(server["duration_us"].as_u64().unwrap() >= 300_000, "{server:#}");

    browser.click("[data-do=bulk-create] button").await.unwrap();
    let bulk = browser.shown_trace(&slow).await.unwrap();
    let trace = lab.json(&format!("/api/traces/{bulk}")).await.unwrap();
    let inserts = spans(&trace).iter().filter(|span| span["name"] == "INSERT tasks").count();
    assert_eq!((inserts, spans(&trace).len()), (5, 16));
    assert_eq!(browser.all(".task").await.unwrap().len(), 5);
    assert_eq!(browser.text(".task:first-child .task-title").await.unwrap(), "Bulk task 5");
    assert_eq!(browser.text("#stats-total").await.unwrap(), "5");

    browser.click("[data-do=smoke-db] button").await.unwrap();
    let smoke = browser.shown_trace(&bulk).await.unwrap();
    let trace = lab.json(&format!("/api/traces/{smoke}")).await.unwrap();
    let reads = only(&trace, "task-backend", "BATCH SELECT tasks");
    assert_eq!(reads["attributes"]["db.operation.batch.size"], 150);
    assert_eq!(lab.json("/api/tasks").await.unwrap()["count"], 5, "writes were rolled back");
    assert!(browser.console().await.unwrap().is_empty());
    browser.close().await.unwrap();
}
