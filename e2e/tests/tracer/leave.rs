//! What still leaves when the page goes, and what comes when the server is back.

use e2e::intake::attributes;
use serde_json::json;

use crate::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_when_a_tab_is_closed_arrives() {
    let stage = Stage::set(&[]).await;
    let other = stage.browser.tab().await.unwrap();
    stage.browser.new_tab().await.unwrap();
    // What waits for company does so until the tab is closed.
    stage.browser.hold_timers(5_000).await.unwrap();
    stage.browser.open(&stage.front.url).await.unwrap();
    stage.front.intake.span("documentLoad").await;
    stage.run_own("Promise.reject(new Error('the last'))").await;
    // The route's span ends with the next picture.
    let back = "return new Promise((go) => { \
                addEventListener('popstate', () => requestAnimationFrame(() => \
                    requestAnimationFrame(() => setTimeout(() => go(0))))); \
                history.pushState(0, '', '/other'); history.back(); })";
    stage.browser.run(back).await.unwrap();
    let before = stage.front.intake.requests().len();
    stage.browser.close_tab().await.unwrap();
    stage.browser.command(&other).await.unwrap();
    stage.front.intake.event("exception").await;
    stage.front.intake.span("routeChange").await;
    let name = |record: &opentelemetry_proto::tonic::logs::v1::LogRecord| {
        attributes(&record.attributes).get("browser.web_vital.name") == Some(&json!("cls"))
    };
    stage.front.intake.until(|intake| intake.logs().into_iter().find(name)).await;
    // One request per signal, and none again for what has left.
    assert_eq!(stage.front.intake.requests().len() - before, 2);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_ends_with_the_page() {
    let stage = Stage::set(&[]).await;
    stage.front.keep_pages();
    stage.browser.open(&stage.front.url).await.unwrap();
    stage.front.intake.span("documentLoad").await;
    stage.browser.clear("#delay").await.unwrap();
    stage.browser.enter("#delay", "5").await.unwrap();
    stage.browser.click("[data-do=simulate-slow] button").await.unwrap();
    stage.browser.visit(&format!("{}/health", stage.front.url)).await.unwrap();
    let click = stage.front.intake.span("click simulate-slow").await;
    let request = stage.front.intake.span("GET /api/simulate-slow").await;
    assert_eq!(request.parent_span_id, click.span_id);
    for span in [&click, &request] {
        // Being left is no failure, and what the answer would have been is not known.
        assert_eq!(span.status.clone().unwrap_or_default().code, 0);
        assert!(!attributes(&span.attributes).contains_key("error.type"), "{span:?}");
        let left: Vec<_> = span.events.iter().filter(|event| event.name == "pagehide").collect();
        assert_eq!(left.len(), 1, "{span:?}");
        assert_eq!(left[0].time_unix_nano, span.end_time_unix_nano);
    }
    assert!(!attributes(&request.attributes).contains_key("http.response.status_code"));
    // The browser brings the page back as it was left: its telemetry goes on, and what
    // ended does not end again.
    stage.browser.back().await.unwrap();
    stage.front.intake.span("documentRestore").await;
    stage.browser.find("[data-do=simulate-slow][aria-busy=false]").await.unwrap();
    stage.browser.leave().await.unwrap();
    assert_eq!(stage.front.intake.named("click simulate-slow").len(), 1);
    assert_eq!(stage.front.intake.named("GET /api/simulate-slow").len(), 1);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_of_a_time_without_server_come_when_it_is_back() {
    let mut stage = Stage::open().await;
    stage.front.intake.span("documentLoad").await;
    stage.front.down();
    stage.add("Nobody there").await;
    stage.browser.find(".toast[data-kind=failed]").await.unwrap();
    // Long enough for an export to fail.
    stage.browser.run("return new Promise((go) => setTimeout(() => go(0), 2500))").await.unwrap();
    stage.front.up().unwrap();
    let click = stage.front.intake.span("click add-task").await;
    let request = stage.front.intake.span("POST /api/tasks").await;
    assert_eq!(request.parent_span_id, click.span_id);
    for span in [&click, &request] {
        assert_eq!(span.status.as_ref().unwrap().code, 2);
        assert_eq!(attributes(&span.attributes)["error.type"], "TypeError");
    }
    assert!(attributes(&request.attributes).get("http.response.status_code").is_none());
    stage.close().await;
}
