//! Measures the pages that `cargo xtask bench frontend` has built, in Chromium, and
//! prints what it measured as one line of JSON.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use e2e::browser::Browser;
use e2e::front::Front;
use serde_json::{Value, json};

/// What every request is answered.
const SMALL: &str = r#"{"id":1,"title":"a task","completed":true}"#;

/// Requests before the measured ones: code gets compiled, caches warm.
const WARM_UP: u32 = 200;

/// How long some tracers go on with a request that is over: OpenTelemetry JS waits 300 ms
/// for its timing.
const SETTLE: Duration = Duration::from_millis(500);

/// How long what was sent last may take to arrive.
const ARRIVAL: Duration = Duration::from_millis(200);

/// `bench-frontend DIRECTORY ROUNDS FETCHES PAGE...`
struct Args {
    directory: PathBuf,
    rounds: usize,
    fetches: u32,
    pages: Vec<String>,
}

impl Args {
    fn parse() -> Result<Self> {
        let mut words = std::env::args().skip(1);
        let mut next = || words.next().context("DIRECTORY ROUNDS FETCHES PAGE...");
        let (directory, rounds, fetches) = (next()?.into(), next()?.parse()?, next()?.parse()?);
        Ok(Self { directory, rounds, fetches, pages: words.collect() })
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse()?;
    let front = Front::start(None)?;
    serve(&front, &args)?;
    let browser = Browser::start().await?;
    let mut samples: Vec<Vec<Value>> = vec![Vec::new(); args.pages.len()];
    for round in 0..args.rounds {
        // Each round begins with another page: what wears the browser out meets all.
        for at in (0..args.pages.len()).map(|at| (at + round) % args.pages.len()) {
            let page = &args.pages[at];
            let sample = measure(&front, &browser, page, args.fetches)
                .await
                .with_context(|| format!("page {page}"))?;
            eprintln!("round {} {page}: {sample}", round + 1);
            samples[at].push(sample);
        }
    }
    let version = browser.devtools("Browser.getVersion", json!({})).await?;
    browser.close().await?;
    println!("{}", json!({ "browser": version["product"], "samples": samples }));
    Ok(())
}

fn serve(front: &Front, args: &Args) -> Result<()> {
    let directory = std::fs::read_dir(&args.directory).context("there are no built pages")?;
    for entry in directory {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).context("a strange name")?;
        let media_type = if path.extension().is_some_and(|extension| extension == "wasm") {
            "application/wasm"
        } else {
            "text/javascript"
        };
        front.add(&format!("/{name}"), media_type, std::fs::read(&path)?);
    }
    for page in &args.pages {
        let html =
            format!("<!doctype html><html><script type=\"module\" src=\"/{page}.js\"></script>");
        front.add(&format!("/page/{page}"), "text/html", html);
    }
    front.add("/empty", "text/html", "<!doctype html>");
    front.add("/small.json", "application/json", SMALL);
    front.add("/collect", "application/json", "{}");
    Ok(())
}

async fn measure(front: &Front, browser: &Browser, page: &str, fetches: u32) -> Result<Value> {
    let before = browser.tab().await?;
    browser.new_tab().await?;
    browser.visit(&format!("{}/empty", front.url)).await?;
    browser.devtools("Performance.enable", json!({ "timeDomain": "threadTicks" })).await?;
    let idle = Counters::read(browser).await?;
    browser.open(&format!("{}/page/{page}", front.url)).await?;
    let ready = Counters::read(browser).await?;
    let init_ms = browser.run("return window.bench.init_ms").await?;
    ask(browser, WARM_UP).await?;
    front.forget();

    let start = Counters::read(browser).await?;
    let wall_ms = ask(browser, fetches).await?;
    let end = Counters::read(browser).await?;
    tokio::time::sleep(ARRIVAL).await;
    let sent = front.received();
    browser.devtools("HeapProfiler.collectGarbage", json!({})).await?;
    let heap = Counters::read(browser).await?.heap_bytes;
    let module = "return window.bench.memory?.buffer.byteLength ?? 0";
    let module_bytes = browser.run(module).await?;
    browser.close_tab().await?;
    browser.turn_to(&before).await?;
    Ok(json!({
        "init_ms": init_ms,
        "ready_cpu_ms": (ready.cpu_s - idle.cpu_s) * 1e3,
        "cpu_us": (end.cpu_s - start.cpu_s) * 1e6 / f64::from(fetches),
        "wall_us": wall_ms * 1e3 / f64::from(fetches),
        "heap_bytes": heap,
        "module_bytes": module_bytes,
        "requests": sent.0,
        "bytes": sent.1,
    }))
}

/// Asks so many times, lets the page settle and flushes; how many milliseconds asking took.
/// In parts: a script of the driver may take half a minute.
async fn ask(browser: &Browser, count: u32) -> Result<f64> {
    let (mut wall_ms, mut left) = (0.0, count);
    while left > 0 {
        let part = left.min(250);
        let script = format!(
            "const began = performance.now(); \
             return bench.run({part}).then(() => performance.now() - began)"
        );
        wall_ms += browser.run(&script).await?.as_f64().context("the page gave no time")?;
        left -= part;
    }
    tokio::time::sleep(SETTLE).await;
    browser.run("return bench.flush().then(() => 0)").await?;
    Ok(wall_ms)
}

/// The renderer's own counters.
struct Counters {
    /// Seconds that the main thread was busy, by its processor time.
    cpu_s: f64,
    heap_bytes: f64,
}

impl Counters {
    async fn read(browser: &Browser) -> Result<Self> {
        let metrics = browser.devtools("Performance.getMetrics", json!({})).await?;
        let list = metrics["metrics"].as_array().context("no metrics")?;
        let value = |name: &str| {
            let metric = list.iter().find(|metric| metric["name"] == name);
            metric.and_then(|metric| metric["value"].as_f64()).context("a metric is missing")
        };
        let counters = Self { cpu_s: value("TaskDuration")?, heap_bytes: value("JSHeapUsedSize")? };
        ensure!(counters.cpu_s >= 0.0, "the counters run backwards");
        Ok(counters)
    }
}
