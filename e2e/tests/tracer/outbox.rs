//! The export by itself, in a page that holds nothing else.

use std::fs;
use std::path::Path;
use std::time::Duration;

use e2e::browser::Browser;
use e2e::front::Front;
use e2e::intake::{Manner, Received, Wish, attributes};

/// An item of about so many bytes.
const MAKE: &str = "window.make = (name, bytes = 0) => outbox.encode({ eventName: name, \
                    body: { stringValue: 'x'.repeat(bytes) } });";

struct Page {
    front: Front,
    browser: Browser,
}

impl Page {
    async fn open() -> Self {
        let front = Front::start(None).unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../frontend-wasm/src/tracer/js");
        let outbox = fs::read(source.join("outbox.js")).unwrap();
        front.add("/outbox.js", "text/javascript", outbox);
        front.add("/", "text/html", "<title>outbox</title>");
        let browser = Browser::start().await.unwrap();
        browser.visit(&front.url).await.unwrap();
        let page = Self { front, browser };
        let load = "return import('/outbox.js').then((outbox) => { window.outbox = outbox; \
                    outbox.open(() => ({ attributes: [] }), { name: 'test' }); return 0; })";
        page.browser.run(load).await.unwrap();
        page.browser.run(MAKE).await.unwrap();
        page
    }

    /// Adds items of these names and flushes.
    async fn send(&self, names: &[&str]) {
        let names = serde_json::to_string(names).unwrap();
        let script = format!(
            "for (const name of {names}) outbox.put(outbox.LOGS, make(name)); \
             return outbox.flush().then(() => 0)"
        );
        self.browser.run(&script).await.unwrap();
    }

    async fn requests(&self, count: usize) -> Vec<Received> {
        let enough = |requests: &Vec<_>| requests.len() >= count;
        self.front.intake.until(|intake| Some(intake.requests()).filter(enough)).await
    }

    /// Names of what was taken, in order.
    fn names(&self) -> Vec<String> {
        self.front.intake.logs().into_iter().map(|record| record.event_name).collect()
    }

    /// What the scopes of the requests that were taken say was lost.
    fn lost(&self) -> Vec<Option<i64>> {
        let lost = |content: e2e::intake::Content| {
            attributes(&content.scope.attributes).get("app.dropped_log_records")?.as_i64()
        };
        self.front.intake.taken().into_iter().map(lost).collect()
    }

    async fn close(self) {
        self.browser.close().await.unwrap();
    }
}

fn gap(requests: &[Received], at: usize) -> Duration {
    requests[at + 1].at - requests[at].at
}

/// Timers fire a little early and, on a slow machine, late.
fn check_gap(requests: &[Received], at: usize, from_ms: u64, to_ms: u64) {
    let gap = gap(requests, at);
    let bounds = Duration::from_millis(from_ms - 50)..Duration::from_millis(to_ms + 3000);
    assert!(bounds.contains(&gap), "{gap:?} is not within {bounds:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pauses_double_and_nothing_is_lost() {
    let page = Page::open().await;
    page.front.intake.set_manner(Manner::Refuses(503, None));
    page.send(&["a", "b"]).await;
    let requests = page.requests(4).await;
    for (at, seconds) in [(0, 1), (1, 2), (2, 4)] {
        check_gap(&requests, at, seconds * 1000, seconds * 1500);
    }
    page.front.intake.set_manner(Manner::Takes);
    page.send(&["c"]).await;
    assert_eq!(page.names(), Vec::<String>::new(), "a flush keeps to the pause");
    page.requests(5).await;
    assert_eq!(page.names(), ["a", "b", "c"]);
    assert_eq!(page.lost(), [None]);
    // The next failure starts over.
    page.front.intake.set_manner(Manner::Refuses(503, None));
    page.send(&["d"]).await;
    check_gap(&page.requests(7).await, 5, 1000, 1500);
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_intakes_wish_is_kept_in_both_forms() {
    let page = Page::open().await;
    for (at, wish) in [(0, Wish::Seconds(3)), (2, Wish::Date(4))] {
        page.front.intake.set_manner(Manner::Refuses(429, Some(wish)));
        page.send(&["late"]).await;
        page.requests(at + 1).await;
        page.front.intake.set_manner(Manner::Takes);
        check_gap(&page.requests(at + 2).await, at, 3000, 6000);
    }
    assert_eq!(page.names(), ["late", "late"]);
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_may_pass_is_tried_again() {
    let page = Page::open().await;
    for status in [400, 413, 500] {
        page.front.intake.set_manner(Manner::Refuses(status, None));
        page.send(&["refused"]).await;
    }
    page.front.intake.set_manner(Manner::TakesAllBut(2));
    page.send(&["taken"]).await;
    page.front.intake.set_manner(Manner::Takes);
    page.send(&["next"]).await;
    page.send(&["last"]).await;
    assert_eq!(page.front.intake.requests().len(), 6);
    assert_eq!(page.names(), ["taken", "next", "last"]);
    // Three that were refused, two that were thrown away; then there is nothing to tell.
    assert_eq!(page.lost(), [Some(3), Some(2), None]);

    for status in [429, 502, 504] {
        let before = page.front.intake.requests().len();
        page.front.intake.set_manner(Manner::Refuses(status, None));
        page.send(&["again"]).await;
        page.requests(before + 1).await;
        page.front.intake.set_manner(Manner::Takes);
        page.requests(before + 2).await;
    }
    assert_eq!(page.names()[3..], ["again", "again", "again"]);
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_that_ends_amid_a_flush_strands_nothing() {
    let page = Page::open().await;
    page.front.intake.set_manner(Manner::Refuses(503, None));
    page.send(&["early"]).await;
    page.requests(1).await;
    page.front.intake.set_manner(Manner::Takes);
    // The flush finds the pause still on; every later look at the clock finds it over.
    let flush = "const now = performance.now(); let looks = 0; \
                 performance.now = () => now + (looks++ && 10_000); \
                 return outbox.flush().then(() => 0)";
    page.browser.run(flush).await.unwrap();
    page.requests(2).await;
    assert_eq!(page.names(), ["early"]);
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_bounded_and_the_oldest_go() {
    let mut page = Page::open().await;
    page.front.down();
    let fill = "for (let i = 0; i < 3000; i++) outbox.put(outbox.LOGS, make('item ' + i, 1000)); \
                outbox.put(outbox.LOGS, make('huge', 60_000)); \
                return outbox.flush().then(() => 0)";
    page.browser.run(fill).await.unwrap();
    page.front.up().unwrap();
    let kept = page
        .front
        .intake
        .until(|_| Some(page.names()).filter(|names| names.iter().any(|name| name == "item 2999")))
        .await;
    let lost: i64 = page.lost().into_iter().flatten().sum();
    assert_eq!(i64::try_from(kept.len()).unwrap() + lost, 3001);
    let first = 3000 - kept.len();
    let expected: Vec<_> = (first..3000).map(|at| format!("item {at}")).collect();
    assert_eq!(kept, expected, "the newest are there, each once and in order");
    let bytes: usize = page.front.intake.requests().iter().map(|request| request.bytes).sum();
    assert!((900_000..1_100_000).contains(&bytes), "{bytes}");
    assert!(page.front.intake.requests().iter().all(|request| request.bytes <= 250_000));
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_goes_sends_what_the_quota_lets_through() {
    let page = Page::open().await;
    // Less per signal than what is sent at once: the page may take a while to go.
    let fill = "for (let i = 0; i < 94; i++) outbox.put(i % 2, make('item ' + i, 1000)); \
                addEventListener('pagehide', () => outbox.sendLast(true)); \
                location.href = 'about:blank'";
    page.browser.run(fill).await.unwrap();
    let requests = page.requests(2).await;
    let bytes: usize = requests.iter().map(|request| request.bytes).sum();
    assert!((50_000..=60_000).contains(&bytes), "{bytes}");
    assert!(requests.iter().all(|request| request.content.is_ok()));
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_holds_for_a_page_that_is_hidden() {
    let page = Page::open().await;
    page.front.intake.set_manner(Manner::Refuses(503, Some(Wish::Seconds(60))));
    page.send(&["a"]).await;
    page.browser.run("outbox.sendLast(false); outbox.sendLast(false)").await.unwrap();
    page.send(&["b"]).await;
    assert_eq!(page.requests(1).await.len(), 1);
    // One request more when it goes for good.
    page.front.intake.set_manner(Manner::Takes);
    page.browser.run("outbox.sendLast(true)").await.unwrap();
    page.requests(2).await;
    assert_eq!(page.names(), ["a", "b"]);
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_hidden_amid_an_export_goes_on() {
    let page = Page::open().await;
    // Two batches; hiding the page sends the second one while the first is under way.
    let fill = "for (let i = 0; i < 270; i++) outbox.put(outbox.LOGS, make('item ' + i, 1000)); \
                const sent = outbox.flush(); \
                queueMicrotask(() => outbox.sendLast(false)); \
                return sent.then(() => 0)";
    page.browser.run(fill).await.unwrap();
    assert_eq!(page.requests(2).await.len(), 2);
    page.send(&["later"]).await;
    let names = page.names();
    assert_eq!((names.len(), names.last().map(String::as_str)), (271, Some("later")));
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_would_end_with_the_page_is_sent_once_more() {
    let page = Page::open().await;
    // A batch over the quota, on a network that carries nothing else but last words.
    let fill = "const send = window.fetch; \
                window.fetch = (url, init) => init.keepalive ? send(url, init) : new Promise(() => 0); \
                outbox.lose(outbox.LOGS); \
                for (let i = 0; i < 100; i++) outbox.put(outbox.LOGS, make('item ' + i, 1000)); \
                outbox.flush(); \
                return new Promise((go) => setTimeout(() => go(0)))";
    page.browser.run(fill).await.unwrap();
    let leave = "outbox.put(outbox.LOGS, make('newest')); \
                 addEventListener('pagehide', () => outbox.sendLast(true)); \
                 location.href = 'about:blank'";
    page.browser.run(leave).await.unwrap();
    let requests = page.requests(2).await;
    let bytes: usize = requests.iter().map(|request| request.bytes).sum();
    assert!((50_000..=60_000).contains(&bytes), "{bytes}");
    // What was not under way comes first, then the oldest that still fit.
    let names = page.names();
    assert_eq!(names[0], "newest");
    let expected: Vec<_> = (0..names.len() - 1).map(|at| format!("item {at}")).collect();
    assert_eq!(names[1..], expected);
    assert_eq!(page.lost(), [None, Some(1)], "what was lost before it is told again");
    page.close().await;
}
