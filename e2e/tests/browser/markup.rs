//! Text from people never becomes markup, whoever draws it.

use e2e::browser::Browser;
use e2e::lab::Lab;
use serde_json::json;

const HOSTILE: &str = "<img src=x onerror=\"document.title='owned'\">";

#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_stays_text_in_both_views() {
    let lab = Lab::start().await.unwrap();
    lab.add(&format!("server {HOSTILE}"), HOSTILE).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let loaded = browser.shown_trace("").await.unwrap();
    browser.enter("#title", &format!("browser {HOSTILE}")).await.unwrap();
    browser.enter("#description", HOSTILE).await.unwrap();
    browser.click("#task-form button[type=submit]").await.unwrap();
    browser.shown_trace(&loaded).await.unwrap();

    let titles = browser
        .run("return [...document.querySelectorAll('.task-title')].map(e => e.textContent.trim())")
        .await
        .unwrap();
    assert_eq!(titles, json!([format!("browser {HOSTILE}"), format!("server {HOSTILE}")]));
    let texts = browser
        .run("return [...document.querySelectorAll('.task .task-description')].map(e => e.textContent.trim())")
        .await
        .unwrap();
    assert_eq!(texts, json!([HOSTILE, HOSTILE]));
    assert_eq!(browser.run("return document.images.length").await.unwrap(), 0);
    assert_eq!(browser.run("return document.title").await.unwrap(), "Observability Lab");
    browser.close().await.unwrap();
}
