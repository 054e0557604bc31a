//! The banner of firing alerts.

use e2e::browser::Browser;
use e2e::lab::Lab;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn what_fires_appears_and_goes_by_itself() {
    let lab = Lab::start().await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    assert!(!browser.find("#alerts").await.unwrap().is_displayed().await.unwrap());
    for (status, shown) in [("firing", true), ("resolved", false)] {
        let alert = json!({
            "status": status,
            "labels": { "alertname": "HighErrorRate", "severity": "page" },
            "annotations": { "summary": "Most requests fail" },
            "startsAt": "2026-01-31T12:00:00Z",
        });
        lab.notify(&alert).await.unwrap();
        // The page asks every half minute.
        let css = if shown { "#alerts .alert" } else { "#alerts:empty" };
        for _ in 0..3 {
            if browser.find(css).await.is_ok() {
                break;
            }
        }
        browser.find(css).await.unwrap();
        if shown {
            let text = browser.text("#alerts").await.unwrap();
            assert!(
                text.contains("HighErrorRate") && text.contains("Most requests fail"),
                "{text}"
            );
            // A new page shows it at once.
            browser.open(&lab.url).await.unwrap();
            assert_eq!(browser.all("#alerts .alert").await.unwrap().len(), 1);
        }
    }
    assert!(browser.console().await.unwrap().is_empty());
    browser.close().await.unwrap();
}
