//! Going back and forth within the page.

use e2e::intake::attributes;

use crate::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_route_is_a_trace_that_ends_with_its_picture() {
    let stage = Stage::open().await;
    let load = stage.front.intake.span("documentLoad").await;
    stage.browser.run("history.pushState(0, '', '/elsewhere?after=7')").await.unwrap();
    // Another place of the same page is no other route.
    stage.browser.run("location.hash = 'tasks'").await.unwrap();
    stage.browser.back().await.unwrap();
    stage.browser.back().await.unwrap();
    let change = stage.front.intake.span("routeChange").await;
    assert_eq!((change.kind, change.parent_span_id.len(), change.flags), (1, 0, 0x101));
    assert_ne!(change.trace_id, load.trace_id);
    let ms = (change.end_time_unix_nano - change.start_time_unix_nano) / 1_000_000;
    assert!((1..5000).contains(&ms), "{ms}");
    let told = attributes(&change.attributes);
    assert_eq!(told["url.path"], "/");
    assert_eq!(told["session.id"], attributes(&load.attributes)["session.id"]);
    stage.browser.leave().await.unwrap();
    assert_eq!(stage.front.intake.named("routeChange").len(), 1);
    stage.close().await;
}
