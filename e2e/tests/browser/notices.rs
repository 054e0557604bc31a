//! What the page tells of by itself, to those who see it and to those who hear it.

use e2e::browser::Browser;
use e2e::lab::Lab;

const ENTER: &str = "\u{e007}";
const FAILED: &str = "#toasts-failed > .toast";

#[tokio::test(flavor = "multi_thread")]
async fn failures_stay_until_somebody_dismisses_them() {
    let lab = Lab::start().await.unwrap();
    lab.add("kept", "").await.unwrap();
    let browser = Browser::start().await.unwrap();
    for ms in [5_000, 6_000] {
        browser.hold_timers(ms).await.unwrap();
    }
    browser.open(&lab.url).await.unwrap();
    let mut shown = browser.shown_trace("").await.unwrap();
    browser.click(".task-delete").await.unwrap();
    for _ in 0..6 {
        browser.click("[data-do=simulate-error] button").await.unwrap();
        shown = browser.shown_trace(&shown).await.unwrap();
    }
    for number in 1..=6 {
        browser.enter("#title", &format!("task {number}\n")).await.unwrap();
        shown = browser.shown_trace(&shown).await.unwrap();
    }
    let count = async |css: &str| browser.all(css).await.unwrap().len();
    assert_eq!(count(FAILED).await, 6);
    assert_eq!(count(".toast[data-kind=undo]").await, 1, "it can still be undone");
    assert_eq!(count(".toast[data-kind=done]").await, 4, "the newest are enough");
    // All of them can be reached on a low screen.
    browser.emulate(1280, 300, "light").await.unwrap();
    let bounds = "const list = document.querySelector('#toasts'); list.scrollTop = 0; \
                  return list.querySelector('.toast').getBoundingClientRect().top";
    assert!(browser.run(bounds).await.unwrap().as_f64().unwrap() >= 0.0);

    // Dismissed by keyboard, one leads to the next, and the last back.
    browser.run("document.querySelector('#description').focus()").await.unwrap();
    browser.run("document.querySelector('.toast-close').focus()").await.unwrap();
    for left in (1..6).rev() {
        browser.press(ENTER, false).await.unwrap();
        assert_eq!(count(FAILED).await, left);
        assert_eq!(browser.focused("className").await.unwrap(), "toast-close icon-button");
    }
    browser.press(ENTER, false).await.unwrap();
    assert_eq!(count(FAILED).await, 0);
    assert_eq!(browser.focused("id").await.unwrap(), "description");
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pointer_that_dismisses_a_notice_moves_nothing() {
    let lab = Lab::start().await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.emulate(360, 640, "light").await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let loaded = browser.shown_trace("").await.unwrap();
    browser.click("#title").await.unwrap();
    browser.run("document.querySelector('[data-do=simulate-error] button').click()").await.unwrap();
    browser.shown_trace(&loaded).await.unwrap();
    browser.run("scrollTo(0, document.documentElement.scrollHeight)").await.unwrap();
    let before = browser.run("return scrollY").await.unwrap();
    assert!(before.as_f64().unwrap() > 0.0);
    browser.click(".toast-close").await.unwrap();
    assert!(browser.all(FAILED).await.unwrap().is_empty());
    assert_eq!(browser.run("return scrollY").await.unwrap(), before);
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_is_announced_once() {
    let lab = Lab::start().await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let status = "return document.querySelector('#trace-status').textContent";
    let loaded = browser.shown_trace("").await.unwrap();
    browser.find("#trace-status:not(:empty)").await.unwrap();
    let root = "GET /";
    assert_eq!(browser.run(status).await.unwrap(), format!("Trace complete: {root}"));
    // An empty text in between lets the same words be read again.
    let keep = "window.told = []; new MutationObserver(() => \
                told.push(document.querySelector('#trace-status').textContent))\
                .observe(document.querySelector('#trace-status'), { childList: true })";
    browser.run(keep).await.unwrap();
    browser.enter("#title", "x\n").await.unwrap();
    browser.shown_trace(&loaded).await.unwrap();
    browser.find("#trace-status:not(:empty)").await.unwrap();
    let told = browser.run("return told.join('|')").await.unwrap();
    assert_eq!(told, "|Trace complete: formSubmit add-task");
    let nested = "const live = '[aria-live], [role=alert], [role=status], [role=log]'; \
                  return [...document.querySelectorAll(live)]\
                  .filter((e) => e.parentElement.closest(live)).map((e) => e.outerHTML)";
    assert_eq!(browser.run(nested).await.unwrap(), serde_json::json!([]));
    assert_eq!(browser.all("#toasts-told[aria-live=polite] > .toast").await.unwrap().len(), 1);
    browser.close().await.unwrap();
}
