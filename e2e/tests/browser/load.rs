//! Opening the page.

use e2e::browser::Browser;
use e2e::lab::Lab;
use e2e::trace::{only, tree};

#[tokio::test(flavor = "multi_thread")]
async fn the_page_load_joins_the_servers_trace() {
    let lab = Lab::start().await.unwrap();
    lab.add("already here", "").await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let trace_id = browser.shown_trace("").await.unwrap();
    let trace = lab.json(&format!("/api/traces/{trace_id}")).await.unwrap();

    let rows = tree(&trace);
    assert_eq!(rows[0], (0, "task-backend".into(), "GET /".into()));
    assert!(rows.contains(&(1, "task-frontend".into(), "documentLoad".into())), "{rows:?}");
    assert!(rows.contains(&(1, "task-backend".into(), "SELECT tasks".into())), "{rows:?}");
    let load = only(&trace, "task-frontend", "documentLoad");
    assert_eq!(load["kind"], "internal");
    assert_eq!(load["attributes"]["url.full"], format!("{}/", lab.url));
    assert!(load["duration_us"].as_u64().unwrap() > 0);
    assert_eq!(trace["complete"], true);
    assert_eq!(browser.text(".task .task-title").await.unwrap(), "already here");
    assert!(browser.console().await.unwrap().is_empty());
    browser.close().await.unwrap();
}
