//! Web vitals, beside Google's own library in the same page.

use std::fs;

use e2e::intake::{Intake, attributes, hex};
use serde_json::{Value, json};

use crate::Stage;

/// Keeps what the library reports where a later page can read it.
const LIBRARY: &str = "if (location.protocol === 'http:') import('/web-vitals.js').then((all) => { \
     for (const on of ['onCLS', 'onFCP', 'onINP', 'onLCP', 'onTTFB']) all[on](({ name, value, \
     delta, rating, navigationType }) => { \
     const seen = JSON.parse(localStorage.vitals ?? '[]'); \
     seen.push([name.toLowerCase(), value, delta, rating, navigationType]); \
     localStorage.vitals = JSON.stringify(seen); }); window.library = true; });";

/// `shown.first` and `shown.last` become the moments, since the page came back from the
/// cache, between which everybody sees its first picture: these listeners are the first
/// and the last, and a picture's callbacks run in the order in which they were asked for.
const BEFORE: &str = "window.shown = {}; window.note = (at) => (event) => event.persisted && \
     requestAnimationFrame(() => requestAnimationFrame(() => { \
         shown[at] = performance.now() - event.timeStamp; })); \
     addEventListener('pageshow', note('first'), true)";
const AFTER: &str = "addEventListener('pageshow', note('last'))";

/// Makes the page jump: a window of two shifts, and later one of a single shift.
const SHIFTS: &str = "const done = arguments[0]; \
     const jump = (px) => { const pad = document.createElement('div'); \
     pad.style.height = px + 'px'; document.body.prepend(pad); }; \
     const pause = (ms) => new Promise((go) => setTimeout(go, ms)); \
     return (async () => { jump(120); await pause(300); jump(80); await pause(1500); jump(40); \
     await pause(300); return 0; })()";

/// Lets a click on the title's field take so long.
fn slow(ms: u32) -> String {
    format!(
        "document.querySelector('#title').addEventListener('click', () => {{ \
         const end = performance.now() + {ms}; while (performance.now() < end); }}, \
         {{ once: true }})"
    )
}

/// Until the browser has nothing to do. The library forgets an interaction that is still
/// to be looked at when the page is hidden until it is hidden the next time.
const REST: &str = "return new Promise((go) => \
     setTimeout(() => requestIdleCallback(() => setTimeout(() => go(0), 200)), 200))";

async fn with_library() -> Stage {
    with_library_before(false).await
}

/// The same, with a page that the back/forward cache may keep.
async fn with_library_before(is_kept: bool) -> Stage {
    let stage = Stage::set(&[]).await;
    if is_kept {
        stage.front.keep_pages();
    }
    let library =
        std::env::var("LAB_NPM_DIR").map(|npm| format!("{npm}/web-vitals/dist/web-vitals.js"));
    let library = fs::read(library.unwrap_or_default())
        .expect("LAB_NPM_DIR must name node_modules with web-vitals; `cargo xtask test` sets it");
    stage.front.add("/web-vitals.js", "text/javascript", library);
    stage.browser.run_first(LIBRARY).await.unwrap();
    stage.browser.run_first(BEFORE).await.unwrap();
    stage.browser.open(&stage.front.url).await.unwrap();
    let loaded = "return new Promise((go) => { const look = () => \
                  window.library ? go(0) : setTimeout(look, 20); look(); })";
    stage.browser.run(loaded).await.unwrap();
    stage.browser.run(AFTER).await.unwrap();
    stage
}

/// What the library reported, by name and in order.
async fn library(stage: &Stage, name: &str) -> Vec<Value> {
    let seen = stage.browser.run("return JSON.parse(localStorage.vitals ?? '[]')").await.unwrap();
    let of_name = |report: &&Value| report[0] == name;
    // JavaScript writes no fraction where there is none; OTLP tells doubles from integers.
    let as_double = |report: &Value| {
        let number = |at: usize| report[at].as_f64().unwrap();
        json!([report[0], number(1), number(2), report[3], report[4]])
    };
    seen.as_array().unwrap().iter().filter(of_name).map(as_double).collect()
}

/// What the tracer reported, in the same form.
fn ours(intake: &Intake, name: &str) -> Vec<Value> {
    let reports = intake.events("browser.web_vital").into_iter().filter_map(|record| {
        let told = attributes(&record.attributes);
        let of = |part: &str| told[&format!("browser.web_vital.{part}")].clone();
        let report =
            json!([of("name"), of("value"), of("delta"), of("rating"), of("navigation_type")]);
        (report[0] == name).then_some(report)
    });
    reports.collect()
}

async fn check_agreement(stage: &Stage, expected: &[(&str, usize)]) {
    for (name, count) in expected {
        stage.front.intake.until(|intake| (ours(intake, name).len() >= *count).then_some(())).await;
        let (library, ours) = (library(stage, name).await, ours(&stage.front.intake, name));
        println!("{name}: {library:?}");
        assert_eq!(library, ours, "{name}");
        assert_eq!(library.len(), *count, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn vitals_are_those_of_googles_library() {
    let stage = with_library().await;
    let page = stage.browser.tab().await.unwrap();
    // The panel's own jump comes before.
    stage.browser.shown_trace("").await.unwrap();
    stage.browser.run(SHIFTS).await.unwrap();
    stage.browser.run(&slow(160)).await.unwrap();
    stage.browser.click("#title").await.unwrap();
    stage.browser.run(REST).await.unwrap();
    let empty = stage.browser.new_tab().await.unwrap();
    let once = [("ttfb", 1), ("fcp", 1), ("lcp", 1), ("cls", 1), ("inp", 1)];
    stage.browser.turn_to(&page).await.unwrap();
    check_agreement(&stage, &once).await;

    let cls = ours(&stage.front.intake, "cls")[0][1].as_f64().unwrap();
    let inp = ours(&stage.front.intake, "inp")[0][1].as_f64().unwrap();
    assert!(cls > 0.0 && inp >= 160.0, "{cls} {inp}");

    // A slower click is reported when the page is hidden again, and nothing else is.
    stage.browser.run(&slow(560)).await.unwrap();
    stage.browser.click("#title").await.unwrap();
    stage.browser.run(REST).await.unwrap();
    stage.browser.turn_to(&empty).await.unwrap();
    stage.browser.turn_to(&page).await.unwrap();
    check_agreement(&stage, &[("inp", 2), ("ttfb", 1), ("fcp", 1), ("lcp", 1), ("cls", 1)]).await;
    let slower = &ours(&stage.front.intake, "inp")[1];
    assert!(slower[1].as_f64().unwrap() >= 560.0 && slower[3] == "poor", "{slower}");

    let load = stage.front.intake.span("documentLoad").await;
    let mut ids = Vec::new();
    for record in stage.front.intake.events("browser.web_vital") {
        assert_eq!(hex(&record.trace_id), hex(&load.trace_id));
        assert_eq!((record.span_id.clone(), record.flags), (load.span_id.clone(), 1));
        assert_eq!((record.severity_number, record.severity_text.as_str()), (9, "INFO"));
        let told = attributes(&record.attributes);
        assert_eq!((told.len(), &told["url.path"]), (8, &json!("/")));
        ids.push(told["browser.web_vital.id"].to_string());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5, "both reports of inp are of one metric");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_from_the_cache_is_a_visit_of_its_own() {
    let stage = with_library_before(true).await;
    let load = stage.front.intake.span("documentLoad").await;
    stage.browser.run(REST).await.unwrap();
    stage.front.add("/elsewhere", "text/html", "<title>elsewhere</title>");
    stage.browser.visit(&format!("{}/elsewhere", stage.front.url)).await.unwrap();
    stage.browser.back().await.unwrap();
    stage.browser.run(REST).await.unwrap();
    let page = stage.browser.tab().await.unwrap();
    stage.browser.new_tab().await.unwrap();
    stage.browser.turn_to(&page).await.unwrap();

    let shown = stage.browser.run("return [shown.first, shown.last]").await.unwrap();
    let [first, last] = [0, 1].map(|at| shown[at].as_f64().unwrap());
    let restored = |report: &Value| report[4] == "back-forward-cache";
    for name in ["ttfb", "fcp", "lcp", "cls"] {
        let ours =
            stage.front.intake.until(|intake| ours(intake, name).into_iter().find(restored)).await;
        let library = library(&stage, name).await.into_iter().find(restored).unwrap();
        println!("{name}: {library} {ours}");
        if ["fcp", "lcp"].contains(&name) {
            for report in [&ours, &library] {
                let value = report[1].as_f64().unwrap();
                assert!((first..=last).contains(&value), "{report} is not in {first}..={last}");
            }
        } else {
            assert_eq!(ours[1], library[1], "{name}");
        }
        assert_eq!((&ours[1], &ours[3]), (&ours[2], &library[3]), "{name}");
    }
    assert!(ours(&stage.front.intake, "inp").is_empty());

    // What comes now belongs to a new trace of the same visit.
    let span = stage.front.intake.span("documentRestore").await;
    assert_ne!(span.trace_id, load.trace_id);
    assert_eq!((span.parent_span_id.len(), span.kind, span.flags), (0, 1, 0x101));
    let told = attributes(&span.attributes);
    assert_eq!(told["session.id"], attributes(&load.attributes)["session.id"]);
    assert_eq!(told["url.path"], "/");
    for record in stage.front.intake.events("browser.web_vital") {
        let told = attributes(&record.attributes);
        let is_new = told["browser.web_vital.navigation_type"] == "back-forward-cache";
        assert_eq!(record.trace_id, if is_new { &span.trace_id } else { &load.trace_id }.clone());
    }
    assert_eq!(stage.front.intake.events("session.start").len(), 1);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_hidden_when_it_came_has_no_paints() {
    let stage = Stage::set(&[]).await;
    stage.front.add("/elsewhere", "text/html", "<title>elsewhere</title>");
    stage.browser.visit(&format!("{}/elsewhere", stage.front.url)).await.unwrap();
    let first = stage.browser.tab().await.unwrap();
    let page = stage.browser.open_behind(&stage.front.url).await.unwrap();
    stage.front.intake.span("documentLoad").await;
    stage.browser.turn_to(&page).await.unwrap();
    let states = "return performance.getEntriesByType('visibility-state').map(({ name }) => name)";
    let states = stage.browser.run(states).await.unwrap();
    assert_eq!(states[0], "hidden", "the page was meant to be loaded behind another");
    stage.browser.run(REST).await.unwrap();
    stage.browser.turn_to(&first).await.unwrap();

    stage.front.intake.until(|intake| ours(intake, "ttfb").pop()).await;
    // It was shown, painted and hidden since, and a flush later there is still nothing.
    stage.front.intake.until(|intake| (intake.requests().len() >= 2).then_some(())).await;
    stage.browser.turn_to(&page).await.unwrap();
    stage.run_own("Promise.reject(new Error('the last'))").await;
    stage.front.intake.event("exception").await;
    for name in ["fcp", "lcp", "cls", "inp"] {
        assert_eq!(ours(&stage.front.intake, name), Vec::<Value>::new(), "{name}");
    }
    stage.close().await;
}
