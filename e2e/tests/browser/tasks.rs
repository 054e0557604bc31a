//! Completing, deleting, and what is refused.

use e2e::browser::Browser;
use e2e::lab::Lab;
use e2e::trace::tree;

fn rows(expected: &[(usize, &str, &str)]) -> Vec<(usize, String, String)> {
    expected
        .iter()
        .map(|(depth, service, name)| (*depth, (*service).into(), (*name).into()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn completing_reopening_and_deleting_are_traces_of_their_own() {
    let lab = Lab::start().await.unwrap();
    lab.add("one", "").await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let mut shown = browser.shown_trace("").await.unwrap();
    for (button, action, method, statement) in [
        (".task-toggle", "click complete-task", "PUT /api/tasks/{id}", "UPDATE tasks"),
        (".task-toggle", "click reopen-task", "PUT /api/tasks/{id}", "UPDATE tasks"),
        (".task-delete", "undoTimeout delete-task", "DELETE /api/tasks/{id}", "DELETE tasks"),
    ] {
        browser.click(&format!(".task {button}")).await.unwrap();
        shown = browser.shown_trace(&shown).await.unwrap();
        let trace = lab.json(&format!("/api/traces/{shown}")).await.unwrap();
        let expected = rows(&[
            (0, "task-frontend", action),
            (1, "task-frontend", method),
            (2, "task-backend", method),
            (3, "task-backend", statement),
        ]);
        assert_eq!(tree(&trace), expected);
        let completed = lab.json("/api/tasks").await.unwrap()["stats"]["completed"].clone();
        assert_eq!(completed, u8::from(action == "click complete-task"), "{action}");
        assert_eq!(browser.text("#stats-completed").await.unwrap(), completed.to_string());
    }
    assert_eq!(lab.json("/api/tasks").await.unwrap()["count"], 0);
    assert!(browser.all(".task").await.unwrap().is_empty());
    assert!(browser.console().await.unwrap().is_empty());
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_enter_key_is_told_from_the_click() {
    let lab = Lab::start().await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let loaded = browser.shown_trace("").await.unwrap();
    browser.enter("#title", "typed\n").await.unwrap();
    let trace_id = browser.shown_trace(&loaded).await.unwrap();
    let trace = lab.json(&format!("/api/traces/{trace_id}")).await.unwrap();
    assert_eq!(tree(&trace)[0], (0, "task-frontend".into(), "formSubmit add-task".into()));
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses_is_said_with_its_trace() {
    let lab = Lab::start().await.unwrap();
    let task = lab.add("gone soon", "").await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let loaded = browser.shown_trace("").await.unwrap();
    // Somebody else deletes the task while the page still shows it.
    let url = format!("{}/api/tasks/{}", lab.url, task["id"]);
    reqwest::Client::new().delete(url).send().await.unwrap();

    browser.click(".task .task-toggle").await.unwrap();
    let trace_id = browser.shown_trace(&loaded).await.unwrap();
    let toast = browser.text_shown(".toast[data-kind=failed]").await.unwrap();
    assert!(toast.contains("There is no task 1") && toast.contains(&trace_id[..8]), "{toast}");
    assert!(browser.all(".task").await.unwrap().is_empty(), "nobody lists it any more");
    assert_eq!(browser.text("#stats-total").await.unwrap(), "0");
    let trace = lab.json(&format!("/api/traces/{trace_id}")).await.unwrap();
    let server = e2e::trace::only(&trace, "task-backend", "PUT /api/tasks/{id}");
    assert_eq!(server["attributes"]["http.response.status_code"], 404);
    assert_eq!(server["attributes"]["app.error.code"], "task_not_found");
    // A 4xx is the client's fault: no span is an error.
    assert!(e2e::trace::spans(&trace).iter().all(|span| span["status"] == "unset"));
    browser.close().await.unwrap();
}
