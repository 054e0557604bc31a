//! The trace panel beyond the trace of the last click.

use e2e::browser::Browser;
use e2e::lab::Lab;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn the_visits_actions_stay_at_hand() {
    let lab = Lab::start().await.unwrap();
    lab.add("a", "").await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let first = browser.shown_trace("").await.unwrap();
    let mut shown = first.clone();
    for _ in 0..20 {
        browser.click(".task-toggle").await.unwrap();
        shown = browser.shown_trace(&shown).await.unwrap();
    }
    let ids = "return [...document.querySelectorAll('.recent')].map(e => e.dataset.traceId)";
    let listed = browser.run(ids).await.unwrap();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 20);
    assert_eq!(listed[0], shown);
    assert!(!listed.contains(&json!(first)), "the oldest goes first");
    assert_eq!(browser.text(".recent .recent-name").await.unwrap(), "click reopen-task");
    let time = browser.text(".recent .recent-time").await.unwrap();
    assert!(time.len() == 8 && time.matches(':').count() == 2, "{time}");

    let oldest = listed[19].as_str().unwrap().to_owned();
    browser.click("#recent-list li:last-child .recent").await.unwrap();
    assert_eq!(browser.shown_trace(&shown).await.unwrap(), oldest);
    assert_eq!(browser.text(".recent[aria-current=true]").await.unwrap().lines().count(), 2);
    assert_eq!(browser.text("#trace-name").await.unwrap(), "click complete-task");

    // They outlive a reload, whose own trace comes first.
    browser.open(&lab.url).await.unwrap();
    let loaded = browser.shown_trace(&oldest).await.unwrap();
    let again = browser.run(ids).await.unwrap();
    assert_eq!(again[0], loaded);
    assert_eq!(again[1], shown);
    assert_eq!(again.as_array().unwrap().len(), 20);
    assert!(browser.console().await.unwrap().is_empty());
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_shows_the_same_trace_without_the_app() {
    let lab = Lab::start_with(&[("LAB_GRAFANA_URL", "http://{host}:3000")]).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let loaded = browser.shown_trace("").await.unwrap();
    browser.enter("#title", "x\n").await.unwrap();
    let trace_id = browser.shown_trace(&loaded).await.unwrap();
    let explore = browser.find("#trace-explore").await.unwrap().attr("href").await.unwrap();
    let explore = explore.unwrap();
    let host = lab.url.rsplit_once(':').unwrap().0;
    let start = format!("{host}:3000/explore?schemaVersion=1");
    assert!(explore.starts_with(&start), "{explore}");
    assert!(explore.contains(&trace_id), "{explore}");

    let rows = "return [...document.querySelectorAll('.span')].map(e => [e.dataset.spanId, \
                ...[...e.querySelectorAll('rect')].map(e => e.outerHTML)])";
    let on_the_page = browser.run(rows).await.unwrap();
    browser.click("#trace-permalink").await.unwrap();
    browser.find("main.alone").await.unwrap();
    assert_eq!(
        browser.run("return location.pathname").await.unwrap(),
        format!("/traces/{trace_id}")
    );
    assert_eq!(browser.run(rows).await.unwrap(), on_the_page);
    assert_eq!(browser.run("return document.scripts.length").await.unwrap(), 0);
    // A log line leads to its span, which opens.
    browser.click("#logs summary").await.unwrap();
    browser.click("#logs a").await.unwrap();
    let open = "return document.querySelector('.span details[open] .span-name').textContent";
    assert_eq!(browser.run(open).await.unwrap(), "POST /api/tasks");
    assert!(browser.console().await.unwrap().is_empty());
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_critical_path_is_one_unbroken_line() {
    let lab = Lab::start().await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let loaded = browser.shown_trace("").await.unwrap();
    browser.click("[data-do=bulk-create] button").await.unwrap();
    browser.shown_trace(&loaded).await.unwrap();
    // Between two neighbours is no more than rounding.
    let gaps = "const bars = [...document.querySelectorAll('.critical')]\
                .map(e => [+e.getAttribute('x'), +e.getAttribute('width')])\
                .sort((a, b) => a[0] - b[0]); \
                return bars.slice(1).filter(([x], i) => Math.abs(bars[i][0] + bars[i][1] - x) > 3)";
    assert_eq!(browser.run(gaps).await.unwrap(), json!([]));
    let ends = "const bars = [...document.querySelectorAll('.ribbon rect')]; \
                return [+bars[0].getAttribute('x'), +bars.at(-1).getAttribute('x') + \
                +bars.at(-1).getAttribute('width')]";
    let ends = browser.run(ends).await.unwrap();
    assert!(ends[0] == 0 && ends[1].as_u64().unwrap() >= 9_998, "{ends}");
    let shares = "return [...document.querySelectorAll('.service')].map(e => e.textContent)";
    let shares = browser.run(shares).await.unwrap();
    let percent = |share: &Value| {
        share.as_str().unwrap().split_whitespace().rev().nth(1).unwrap().parse::<u64>().unwrap()
    };
    let sum: u64 = shares.as_array().unwrap().iter().map(percent).sum();
    assert!((98..=102).contains(&sum), "{shares}");
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_never_comes_is_named() {
    // The server records nothing, whatever the browser asks for.
    let lab = Lab::start_with(&[("OTEL_SDK_DISABLED", "true")]).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    browser.enter("#title", "x\n").await.unwrap();
    browser.find("#trace[data-state=partial] .span").await.unwrap();
    let message = browser.text("#trace .message-settled").await.unwrap();
    assert!(message.contains("the server's side of 1 answered request"), "{message}");
    assert_eq!(browser.text("#trace .state-settled").await.unwrap(), "incomplete");
    // One may look again; nothing has come.
    browser.click("#trace .message-settled a").await.unwrap();
    browser.find("#trace[data-state=loading]").await.unwrap();
    browser.find("#trace[data-state=partial]:not([aria-busy])").await.unwrap();
    assert_eq!(browser.focused("id").await.unwrap(), "trace-card");
    browser.close().await.unwrap();
}

/// `said` becomes what the button says once it has copied, which it does not say for long.
const WATCH_COPY: &str = "const button = document.querySelector('#trace-copy'); \
     window.said = new Promise((go) => new MutationObserver(() => \
         'copied' in button.dataset && go(button.innerText)).observe(button, { attributes: true }))";

#[tokio::test(flavor = "multi_thread")]
async fn the_id_can_be_copied() {
    let lab = Lab::start().await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let shown = browser.shown_trace("").await.unwrap();
    for name in ["clipboard-read", "clipboard-write"] {
        let parameters = json!({ "permission": { "name": name }, "setting": "granted" });
        browser.devtools("Browser.setPermission", parameters).await.unwrap();
    }
    browser.run(WATCH_COPY).await.unwrap();
    browser.click("#trace-copy").await.unwrap();
    assert_eq!(browser.run("return said").await.unwrap(), "Copied");
    assert_eq!(browser.run("return navigator.clipboard.readText()").await.unwrap(), shown);
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_can_be_copied_where_there_is_no_clipboard() {
    let lab = Lab::start().await.unwrap();
    let browser = Browser::start().await.unwrap();
    // As on a page that is neither encrypted nor local.
    let without = "Object.defineProperty(navigator, 'clipboard', { value: undefined })";
    browser.run_first(without).await.unwrap();
    browser.open(&lab.url).await.unwrap();
    let shown = browser.shown_trace("").await.unwrap();
    browser.run(WATCH_COPY).await.unwrap();
    browser.click("#trace-copy").await.unwrap();
    assert_eq!(browser.run("return said").await.unwrap(), "Copied");
    browser.click("#title").await.unwrap();
    browser.press("v", true).await.unwrap();
    assert_eq!(browser.value("#title").await.unwrap(), shown);

    // Where that does not work either, it is said.
    browser.run("document.execCommand = () => false").await.unwrap();
    browser.click("#trace-copy").await.unwrap();
    let toast = browser.text_shown(".toast[data-kind=failed]").await.unwrap();
    assert!(toast.contains("does not let the page copy"), "{toast}");
    browser.close().await.unwrap();
}
