//! axe-core finds nothing to complain about, whatever the page shows.

use e2e::browser::Browser;
use e2e::lab::Lab;
use e2e::npm;
use serde_json::{Value, json};

/// What axe-core calls violations, without the rest of its report: all of its rules, those
/// that it leaves to choice for WCAG 2.2 included. What is still moving is not yet judged.
const RUN: &str = "return Promise.all(document.getAnimations().map(e => e.finished)).then(() => \
                   axe.run({ resultTypes: ['violations'], \
                   rules: { 'target-size': { enabled: true } } })).then(({ violations }) => \
                   violations.map(({ id, nodes }) => [id, nodes.map(({ html, any, all, none }) => \
                   [html, ...[any, all, none].flat().map(({ message }) => message)])]))";

const OPEN_ALL: &str = "for (const e of document.querySelectorAll('details')) e.open = true";

async fn check(browser: &Browser, axe: &str, what: &str) {
    browser.run(axe).await.unwrap();
    let violations = browser.run(RUN).await.unwrap();
    assert_eq!(violations, json!([]), "{what}: {violations:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_on_the_page_shuts_anybody_out() {
    let _alone = crate::ALONE.lock().await;
    let axe = std::fs::read_to_string(npm::file("axe-core/axe.min.js").unwrap()).unwrap();
    let lab = Lab::start_with(&[("LAB_GRAFANA_URL", "http://{host}:3000")]).await.unwrap();
    for number in 1..=30 {
        lab.add(&format!("task {number}"), "with a few words").await.unwrap();
    }
    let browser = Browser::start().await.unwrap();
    // Notices stay until they are judged.
    for ms in [5_000, 6_000] {
        browser.hold_timers(ms).await.unwrap();
    }
    for (width, scheme) in [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")] {
        let what = |part: &str| format!("{part} at {width} px in {scheme}");
        browser.emulate(width, 800, scheme).await.unwrap();
        browser.open(&lab.url).await.unwrap();
        let loaded = browser.shown_trace("").await.unwrap();
        check(&browser, &axe, &what("the fresh page")).await;
        let wide = "return document.documentElement.scrollWidth";
        let found = browser.run(wide).await.unwrap();
        assert!(found.as_u64().unwrap() <= u64::from(width), "{}: {found}", what("scrolling"));

        browser.click("[data-do=simulate-error] button").await.unwrap();
        let failed = browser.shown_trace(&loaded).await.unwrap();
        browser.run(OPEN_ALL).await.unwrap();
        check(&browser, &axe, &what("a failed trace")).await;
        // What is dimmed while another trace is on its way is not judged.
        browser.click(".task:nth-child(1) .task-toggle").await.unwrap();
        let toggled = browser.shown_trace(&failed).await.unwrap();
        browser.run(OPEN_ALL).await.unwrap();
        browser.click(".task:nth-child(2) .task-delete").await.unwrap();
        browser.click(".task:nth-child(2) .task-edit").await.unwrap();
        browser.clear("#edit-title").await.unwrap();
        browser.enter("#edit-title", "\n").await.unwrap();
        browser.run("document.querySelector('.toast-undo').focus()").await.unwrap();
        browser.run("document.querySelector('#connection').dataset.state = 'down'").await.unwrap();
        assert_eq!(browser.all(".toast").await.unwrap().len(), 3);
        assert_eq!(browser.shown_trace("").await.unwrap(), toggled);
        check(&browser, &axe, &what("a busy page")).await;

        browser.run("document.querySelector('#connection').dataset.state = 'up'").await.unwrap();
        browser.visit(&format!("{}/traces/{failed}", lab.url)).await.unwrap();
        browser.run(OPEN_ALL).await.unwrap();
        check(&browser, &axe, &what("a trace's page")).await;
        browser.visit(&format!("{}/nowhere", lab.url)).await.unwrap();
        check(&browser, &axe, &what("an error's page")).await;
    }
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn motion_is_left_out_where_it_is_not_wanted() {
    let _alone = crate::ALONE.lock().await;
    let lab = Lab::start().await.unwrap();
    let browser = Browser::start().await.unwrap();
    let calm = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
    browser.devtools("Emulation.setEmulatedMedia", json!({ "features": [calm] })).await.unwrap();
    browser.open(&lab.url).await.unwrap();
    browser.enter("#title", "x\n").await.unwrap();
    browser.find(".toast").await.unwrap();
    let moving = "return [...document.querySelectorAll('*')].filter(e => { \
                  const { animationName, transitionDuration } = getComputedStyle(e); \
                  return animationName != 'none' || transitionDuration != '0s'; }).length";
    assert_eq!(browser.run(moving).await.unwrap(), Value::from(0));
    browser.close().await.unwrap();
}
