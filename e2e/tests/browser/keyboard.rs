//! The whole page without a pointer.

use e2e::browser::Browser;
use e2e::lab::Lab;

const TAB: &str = "\u{e004}";
const SPACE: &str = "\u{e00d}";
const ENTER: &str = "\u{e007}";

/// Presses Tab until the focus is on what `is_there` says, and gives how often.
async fn tab_to(browser: &Browser, is_there: &str) -> usize {
    for presses in 1..80 {
        browser.press(TAB, false).await.unwrap();
        let script = format!("return document.activeElement.matches(\"{is_there}\")");
        if browser.run(&script).await.unwrap() == true {
            return presses;
        }
    }
    panic!("Tab never reaches {is_there}");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_can_be_done_with_the_keyboard() {
    let lab = Lab::start().await.unwrap();
    let browser = Browser::start().await.unwrap();
    // A deletion waits until the test has come to its notice.
    browser.hold_timers(5_000).await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let mut shown = browser.shown_trace("").await.unwrap();

    // The first stop leads past everything.
    assert_eq!(tab_to(&browser, ".skip[href='#title']").await, 1);
    browser.press(ENTER, false).await.unwrap();
    browser.press("one", false).await.unwrap();
    browser.press(ENTER, false).await.unwrap();
    shown = browser.shown_trace(&shown).await.unwrap();
    browser.press("two", false).await.unwrap();
    tab_to(&browser, "#description").await;
    browser.press("with more", false).await.unwrap();
    tab_to(&browser, "#add").await;
    browser.press(SPACE, false).await.unwrap();
    shown = browser.shown_trace(&shown).await.unwrap();
    assert_eq!(browser.focused("id").await.unwrap(), "title");

    tab_to(&browser, "[data-do=bulk-create] button").await;
    tab_to(&browser, "#trace-copy").await;
    tab_to(&browser, "#spans summary").await;
    browser.press(ENTER, false).await.unwrap();
    browser.find("#spans details[open]").await.unwrap();
    tab_to(&browser, "#logs summary").await;
    tab_to(&browser, ".recent").await;
    tab_to(&browser, ".filter[href='/?completed=false']").await;

    tab_to(&browser, ".task-toggle").await;
    browser.press(SPACE, false).await.unwrap();
    shown = browser.shown_trace(&shown).await.unwrap();
    assert_eq!(browser.focused("className").await.unwrap(), "task-toggle icon-button");
    browser.find(".task:first-child[data-completed=true]").await.unwrap();
    tab_to(&browser, ".task-edit").await;
    browser.press(ENTER, false).await.unwrap();
    browser.press("!", false).await.unwrap();
    browser.press(ENTER, false).await.unwrap();
    browser.shown_trace(&shown).await.unwrap();
    assert_eq!(browser.text(".task:first-child .task-title").await.unwrap(), "two!");
    assert_eq!(browser.focused("className").await.unwrap(), "task-edit icon-button");
    tab_to(&browser, ".task-delete").await;
    browser.press(ENTER, false).await.unwrap();
    assert_eq!(browser.all(".task").await.unwrap().len(), 1);
    // The notice is the last stop, and does not go while one is there: its time is over,
    // and three times it has been looked whether somebody is.
    tab_to(&browser, ".toast-undo").await;
    browser.release_timers().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1_700)).await;
    browser.press(ENTER, false).await.unwrap();
    assert_eq!(browser.all(".task").await.unwrap().len(), 2);
    assert_eq!(lab.json("/api/tasks").await.unwrap()["count"], 2);
    browser.close().await.unwrap();
}
