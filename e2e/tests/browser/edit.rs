//! Editing in place.

use e2e::browser::Browser;
use e2e::lab::Lab;
use e2e::trace::{only, tree};
use serde_json::json;

const FORM: &str = ".task-edit-form";

#[tokio::test(flavor = "multi_thread")]
async fn enter_saves_and_escape_leaves_it_as_it_was() {
    let lab = Lab::start().await.unwrap();
    lab.add("buy mlik", "two litres").await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let loaded = browser.shown_trace("").await.unwrap();

    browser.click(".task-edit").await.unwrap();
    assert_eq!(browser.value("#edit-title").await.unwrap(), "buy mlik");
    assert_eq!(browser.value("#edit-description").await.unwrap(), "two litres");
    assert_eq!(browser.focused("id").await.unwrap(), "edit-title");
    browser.enter("#edit-title", " and more\u{e00c}").await.unwrap();
    assert!(browser.all(FORM).await.unwrap().is_empty());
    assert_eq!(browser.text(".task-title").await.unwrap(), "buy mlik");
    assert_eq!(browser.focused("className").await.unwrap(), "task-edit icon-button");

    browser.click(".task-edit").await.unwrap();
    browser.clear("#edit-title").await.unwrap();
    // Shift and Enter breaks the line, Enter alone saves.
    browser.enter("#edit-description", "\u{e008}\n\u{e000}or three").await.unwrap();
    browser.enter("#edit-title", "buy milk\n").await.unwrap();
    let trace_id = browser.shown_trace(&loaded).await.unwrap();
    assert_eq!(browser.text(".task-title").await.unwrap(), "buy milk");
    let stored = lab.json("/api/tasks/1").await.unwrap();
    assert_eq!(stored["title"], "buy milk");
    assert_eq!(stored["description"], "two litres\nor three");
    let trace = lab.json(&format!("/api/traces/{trace_id}")).await.unwrap();
    assert_eq!(tree(&trace)[0], (0, "task-frontend".into(), "formSubmit edit-task".into()));
    assert_eq!(only(&trace, "task-backend", "UPDATE tasks")["kind"], json!("client"));
    assert!(browser.console().await.unwrap().is_empty());
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_is_said_while_it_is_typed() {
    let lab = Lab::start().await.unwrap();
    lab.add("short", "").await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    for (open, title, error, count) in [
        (".task-edit", "#edit-title", "#edit-title-error", ".task-edit-form .count-now"),
        ("#title", "#title", "#title-error", "#task-form .count-now"),
    ] {
        browser.click(open).await.unwrap();
        browser.clear(title).await.unwrap();
        let long = format!("document.querySelector('{title}').value = 'é'.repeat(200)");
        browser.run(&long).await.unwrap();
        browser.enter(title, " \u{e00f}").await.unwrap();
        assert_eq!(browser.text(count).await.unwrap(), "200", "white space does not count");
        assert_eq!(browser.text(error).await.unwrap(), "");
        browser.enter(title, "é").await.unwrap();
        assert_eq!(browser.text(error).await.unwrap(), "A title has at most 200 characters.");
        // It is not sent.
        browser.enter(title, "\n").await.unwrap();
        assert_eq!(browser.focused("id").await.unwrap(), title.trim_start_matches('#'));
        browser.clear(title).await.unwrap();
        browser.enter(title, "\n").await.unwrap();
        assert_eq!(browser.text(error).await.unwrap(), "Enter a title.");
    }
    assert_eq!(lab.json("/api/tasks").await.unwrap()["tasks"][0]["title"], "short");
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses_is_taken_back_and_not_lost() {
    let lab = Lab::start().await.unwrap();
    lab.add("kept", "as it was").await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let loaded = browser.shown_trace("").await.unwrap();
    // A page that knows no limit, as an old one would.
    let blind = "for (const field of document.querySelectorAll('.field')) \
                 delete field.dataset.max; \
                 for (const field of document.querySelector('#edit-template').content\
                 .querySelectorAll('.field')) delete field.dataset.max";
    browser.run(blind).await.unwrap();

    browser.click(".task-edit").await.unwrap();
    browser.clear("#edit-title").await.unwrap();
    let long = "x".repeat(201);
    browser.enter("#edit-title", &format!("{long}\n")).await.unwrap();
    let refused = browser.shown_trace(&loaded).await.unwrap();
    let toast = browser.text_shown(".toast[data-kind=failed]").await.unwrap();
    assert!(toast.contains("The title has 201 characters; 200 are allowed."), "{toast}");
    assert!(toast.contains(&refused[..8]), "{toast}");
    let shown = "return document.querySelector('.task-title').textContent";
    assert_eq!(browser.run(shown).await.unwrap(), "kept");
    assert_eq!(browser.value("#edit-title").await.unwrap(), long);
    assert_eq!(browser.value("#edit-description").await.unwrap(), "as it was");

    // The same for a new task.
    browser.click("#title").await.unwrap();
    browser.enter("#title", &long).await.unwrap();
    browser.enter("#description", "precious").await.unwrap();
    browser.click("#add").await.unwrap();
    browser.shown_trace(&refused).await.unwrap();
    assert_eq!(browser.all(".task").await.unwrap().len(), 1);
    assert_eq!(browser.text("#stats-total").await.unwrap(), "1");
    assert_eq!(browser.value("#title").await.unwrap(), long);
    assert_eq!(browser.value("#description").await.unwrap(), "precious");
    browser.close().await.unwrap();
}
