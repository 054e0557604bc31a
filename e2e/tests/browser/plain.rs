//! The page without the app.

use e2e::browser::Browser;
use e2e::lab::Lab;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn reading_and_adding_need_no_script() {
    let lab = Lab::start().await.unwrap();
    for number in 1..=26 {
        lab.add(&format!("task {number}"), "").await.unwrap();
    }
    lab.call("DELETE", "/api/tasks/2").await.unwrap();
    let browser = Browser::start().await.unwrap();
    let off = json!({ "value": true });
    browser.devtools("Emulation.setScriptExecutionDisabled", off).await.unwrap();
    browser.visit(&lab.url).await.unwrap();
    assert!(browser.all("html[data-app]").await.unwrap().is_empty());
    assert_eq!(browser.text(".task .task-title").await.unwrap(), "task 26");
    assert!(browser.text("noscript").await.unwrap().contains("without JavaScript"));
    // What needs the app cannot be pressed.
    for css in [".task-toggle", ".task-edit", ".task-delete", ".experiments button"] {
        assert!(!browser.find(css).await.unwrap().is_enabled().await.unwrap(), "{css}");
    }

    browser.enter("#title", "added by hand").await.unwrap();
    browser.enter("#description", "two\nlines").await.unwrap();
    browser.click("#add").await.unwrap();
    browser.find(".task:first-child[data-id='27']").await.unwrap();
    assert_eq!(browser.text(".task .task-title").await.unwrap(), "added by hand");
    assert_eq!(lab.json("/api/tasks/27").await.unwrap()["description"], "two\nlines");

    browser.click(".more a").await.unwrap();
    browser.find(".task:first-child[data-id='1']").await.unwrap();
    browser.click("#stats-completed").await.unwrap();
    browser.find("#task-view[data-completed=true]").await.unwrap();
    assert_eq!(browser.text("#empty").await.unwrap(), "Nothing is completed yet.");

    // A title that only the server can refuse is refused in words, and kept.
    browser.enter("#title", &"x".repeat(201)).await.unwrap();
    browser.click("#add").await.unwrap();
    let error = browser.text("#task-form [role=alert]").await.unwrap();
    assert!(error.contains("The title has 201 characters"), "{error}");
    assert_eq!(
        browser.find("#title").await.unwrap().attr("value").await.unwrap().unwrap().len(),
        201
    );
    browser.close().await.unwrap();
}
