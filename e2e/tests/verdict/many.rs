//! Ten thousand tasks, of which somebody has a thousand on the page.

use std::time::Duration;

use e2e::browser::Browser;
use e2e::lab::Lab;
use serde_json::Value;

const TASKS: usize = 10_000;
/// Of 25 rows each.
const PAGES: usize = 40;
/// From a click to what follows from it on the screen, with the server's answer and without.
const ANSWERED: Duration = Duration::from_secs(2);
const SHOWN: Duration = Duration::from_millis(200);
/// A task that keeps the page from anything else; longer ones are felt.
const LONG_TASK: Duration = Duration::from_millis(200);

/// `long` keeps the lengths of long tasks, in milliseconds.
const WATCH: &str = "window.long = []; new PerformanceObserver((list) => \
     long.push(...list.getEntries().map(({ duration }) => duration)))\
     .observe({ type: 'longtask', buffered: true }); \
     window.rows = () => document.querySelectorAll('.task').length; \
     window.frame = () => new Promise(requestAnimationFrame); \
     window.timed = async (act, isDone) => { const start = performance.now(); act(); \
         while (!isDone()) await frame(); \
         await frame(); return performance.now() - start; }";

/// How long each page took.
fn older() -> String {
    format!(
        "return (async () => {{ const all = []; for (let page = 0; page < {PAGES}; page++) {{ \
         const before = rows(); all.push(await timed(() => \
         document.querySelector('.more a').click(), () => rows() > before)); }} return all; }})()"
    )
}

/// How long it takes from an act to what follows from it.
async fn time(browser: &Browser, act: &str, is_done: &str) -> Duration {
    let script = format!("return timed(() => {{ {act} }}, () => {is_done})");
    millis(&browser.run(&script).await.unwrap())
}

fn millis(value: &Value) -> Duration {
    Duration::from_secs_f64(value.as_f64().unwrap() / 1000.0)
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_tasks_stay_smooth() {
    let _alone = crate::ALONE.lock().await;
    let lab = Lab::start().await.unwrap();
    lab.fill(TASKS).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.run_first(WATCH).await.unwrap();
    browser.open(&lab.url).await.unwrap();
    browser.shown_trace("").await.unwrap();
    assert_eq!(browser.text("#stats-total").await.unwrap(), TASKS.to_string());

    let pages = browser.run(&older()).await.unwrap();
    let slowest = pages.as_array().unwrap().iter().map(millis).max().unwrap();
    println!("the slowest of {PAGES} pages took {slowest:?}");
    assert!(slowest < ANSWERED, "{slowest:?}");
    assert_eq!(browser.all(".task").await.unwrap().len(), 25 * (PAGES + 1));

    let toggle = "document.querySelector('.task .task-toggle').click()";
    let add = "document.querySelector('#title').value = 'one more'; \
               document.querySelector('#add').click()";
    let last = "document.querySelector('.task:nth-last-of-type(2) .task-toggle').click()";
    let is_completed = "document.querySelector('.task').dataset.completed === 'true'";
    let is_last = "document.querySelectorAll('.task[data-completed=true]').length === 2";
    let is_added = "document.querySelector('.task-title').textContent === 'one more'";
    for (act, is_done) in [(toggle, is_completed), (last, is_last), (add, is_added)] {
        let shown = time(&browser, act, is_done).await;
        let is_idle = "!document.querySelector('.task[aria-busy=true]')";
        let answered = shown + time(&browser, "", is_idle).await;
        println!("{act}: on the screen after {shown:?}, stored after {answered:?}");
        assert!(shown < SHOWN && answered < ANSWERED, "{act}: {shown:?} {answered:?}");
    }
    let filter = "document.querySelector('#stats-completed').click()";
    let is_filtered = "document.querySelector('#task-view').dataset.completed === 'true'";
    let filtered = time(&browser, filter, is_filtered).await;
    println!("{filter}: {filtered:?}");
    assert!(filtered < ANSWERED, "{filtered:?}");
    assert_eq!(browser.all(".task").await.unwrap().len(), 2);
    assert_eq!(browser.text("#stats-total").await.unwrap(), (TASKS + 1).to_string());

    let long = browser.run("return long").await.unwrap();
    println!("long tasks, in ms: {long}");
    let longest = long.as_array().unwrap().iter().map(millis).max().unwrap_or_default();
    assert!(longest < LONG_TASK, "{longest:?}");
    browser.close().await.unwrap();
}
