//! The catalogue of telemetry against what the page sends, in both directions.

#[path = "../../../backend/tests/process/catalogue/document.rs"]
mod document;
#[path = "../../../backend/tests/process/catalogue/spans.rs"]
mod spans;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use e2e::browser::Browser;
use e2e::lab::Lab;
use serde_json::Value;
use spans::Seen;

const SERVICE: &str = "task-frontend";

/// Keeps what the page exports, and breaks its other requests on demand.
const RECORD: &str = "const send = window.fetch; window.exported = []; window.broken = false; \
     window.fetch = (url, init) => { \
         const path = String(url); \
         if (path.startsWith('/otlp/')) exported.push(typeof init.body === 'string' ? init.body : new TextDecoder().decode(init.body)); \
         else if (broken && path.startsWith('/api/tasks')) \
             return Promise.reject(new TypeError('no connection')); \
         return send.call(window, url, init); };";

#[tokio::test(flavor = "multi_thread")]
async fn the_page_sends_what_the_catalogue_says() {
    let lab = Lab::start().await.unwrap();
    for number in 0..=100 {
        lab.add(&format!("task {number}"), "").await.unwrap();
    }
    let browser = Browser::start().await.unwrap();
    browser.run_first(RECORD).await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let mut shown = browser.shown_trace("").await.unwrap();
    browser.enter("#title", "typed\n").await.unwrap();
    shown = browser.shown_trace(&shown).await.unwrap();
    browser.enter("#title", "clicked").await.unwrap();
    for button in [
        "#task-form button[type=submit]",
        "[data-do=older]",
        ".task-toggle",
        ".task-toggle",
        ".task-delete",
        "[data-do=simulate-error] button",
        "[data-do=simulate-slow] button",
        "[data-do=bulk-create] button",
        "[data-do=smoke-db] button",
        ".filter[href*='completed=false']",
    ] {
        browser.click(button).await.unwrap();
        shown = browser.shown_trace(&shown).await.unwrap();
    }
    browser.click(".task-edit").await.unwrap();
    browser.enter("#edit-title", " and more\n").await.unwrap();
    browser.shown_trace(&shown).await.unwrap();
    browser.run("window.broken = true").await.unwrap();
    browser.click(".task-toggle").await.unwrap();

    // Spans are sent a while after they end; what is missing then, the comparison names.
    let deadline = Instant::now() + Duration::from_secs(15);
    loop {
        let bodies = browser.run("return window.exported").await.unwrap();
        let complaints = complaints(&bodies);
        if complaints.is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "docs/TELEMETRY.md:\n{}", complaints.join("\n"));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    browser.close().await.unwrap();
}

fn complaints(bodies: &Value) -> Vec<String> {
    let mut seen = Vec::new();
    let mut resources = BTreeSet::new();
    for body in bodies.as_array().unwrap() {
        let body: Value = serde_json::from_str(body.as_str().unwrap()).unwrap();
        for resource in list(&body["resourceSpans"]) {
            resources.insert(types(&resource["resource"]["attributes"]).into_keys().collect());
            let scopes = list(&resource["scopeSpans"]).iter();
            seen.extend(scopes.flat_map(|scope| list(&scope["spans"])).map(span));
        }
    }
    let mut complaints = spans::differences(SERVICE, "", &seen);
    for resource in &resources {
        complaints.extend(spans::resource_differences(SERVICE, resource));
    }
    complaints
}

fn span(span: &Value) -> Seen {
    Seen {
        name: span["name"].as_str().unwrap().to_owned(),
        kind: match span["kind"].as_i64() {
            Some(1) => "INTERNAL",
            Some(3) => "CLIENT",
            _ => "",
        },
        attributes: types(&span["attributes"]),
        events: list(&span["events"])
            .iter()
            .map(|event| {
                let fields = types(&event["attributes"]).into_keys().collect();
                (event["name"].as_str().unwrap().to_owned(), fields)
            })
            .collect(),
    }
}

/// The types of OTLP/JSON's attributes by their names.
fn types(attributes: &Value) -> BTreeMap<String, &'static str> {
    let kind = |value: &Value| {
        let kinds = [("stringValue", "string"), ("intValue", "int"), ("boolValue", "bool")];
        kinds.iter().find(|(key, _)| value.get(key).is_some()).map_or("", |(_, kind)| kind)
    };
    let name = |attribute: &Value| attribute["key"].as_str().unwrap().to_owned();
    list(attributes).iter().map(|attribute| (name(attribute), kind(&attribute["value"]))).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
