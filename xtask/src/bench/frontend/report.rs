//! The report: sizes, costs, what they say, and how they were measured.

use std::fmt;

use super::bars;
use super::bundles::{PEERS, Size};
use super::page::{JAVASCRIPT, PAGES};
use super::reading;
use super::samples::{Samples, Spread};

/// Everything that a run measured.
pub(super) struct Report {
    /// The lab's page and the lab's tracer come first.
    pub(super) sizes: Vec<Size>,
    pub(super) samples: Samples,
    pub(super) rounds: usize,
    pub(super) fetches: u32,
}

impl Report {
    /// Megabytes that a page holds in the browser's memory, the module's included.
    pub(super) fn heap_mb(&self, page: usize) -> f64 {
        let bytes = |of| self.samples.median(page, of);
        (bytes("heap_bytes") + bytes("module_bytes")) / 1e6
    }

    /// Bytes that a page sent per request that it traced.
    pub(super) fn bytes_per_span(&self, page: usize) -> f64 {
        self.samples.median(page, "bytes") / f64::from(self.fetches)
    }

    fn write_sizes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## Size\n\n| bundle | raw B | gzip B | brotli B |\n|---|---:|---:|---:|")?;
        for Size { name, raw, gzip, brotli, .. } in &self.sizes {
            writeln!(f, "| {name} | {raw} | {gzip} | {brotli} |")?;
        }
        writeln!(f)
    }

    fn write_costs(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "## Cost\n\n\
             | page | CPU µs/request | **tracing, CPU µs/request** | rounds | tracing, wall \
             µs/request | init ms | CPU until ready, ms | heap MB | B/span | exports |\n\
             |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
        )?;
        for (at, page) in PAGES.iter().enumerate() {
            let (cpu_us, heap) = (self.samples.median(at, "cpu_us"), self.heap_mb(at));
            let ready = self.samples.over(at, JAVASCRIPT, "ready_cpu_ms");
            let name = page.name;
            let Some(base) = page.base else {
                writeln!(
                    f,
                    "| {name} | {cpu_us:.0} | – | – | – | – | {ready:.1} | {heap:.1} | – | – |"
                )?;
                continue;
            };
            let Spread { least, median, most } = self.samples.spread_over(at, base, "cpu_us");
            let wall = self.samples.over(at, base, "wall_us");
            let init = self.samples.median(at, "init_ms");
            let bytes = self.bytes_per_span(at);
            let exports = self.samples.median(at, "requests");
            writeln!(
                f,
                "| {name} | {cpu_us:.0} | **{median:.0}** | {least:.0} to {most:.0} | {wall:.0} | \
                 {init:.1} | {ready:.1} | {heap:.1} | {bytes:.0} | {exports:.0} |"
            )?;
        }
        writeln!(f)
    }

    fn write_method(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n## Method\n")?;
        writeln!(
            f,
            "{} rounds; each opens every page once in a fresh tab, beginning with another one \
             each time. A page starts its tracer, asks 200 times for a body of 42 bytes to warm \
             up, then {} times, one after the other, waits half a second for what comes late, and \
             flushes. CPU is the renderer's main thread by its own processor time (`TaskDuration` \
             of `Performance.getMetrics` with `threadTicks`): neither the server nor other \
             processes count, and neither does what is compiled off that thread. The cost of \
             tracing is the difference to the untraced page in the same language and the same \
             round; the table shows medians, and the least and the most of the rounds.\n",
            self.rounds, self.fetches
        )?;
        writeln!(
            f,
            "`init` is the call that starts the tracer. `CPU until ready` is over the untraced \
             page in JavaScript and has everything in it, parsing of scripts and instantiation of \
             the module included. The heap is measured after a collection; the module's memory \
             counts. `exports` are those of the {} requests. Server, intake and browser share the \
             machine; there is no network, and wall times are noisy for it.\n",
            self.fetches
        )?;
        writeln!(
            f,
            "The peers come from npm, `{}`, set up as their documentation says, OpenTelemetry JS \
             with documentLoad, user interaction and fetch instrumentation, a batch processor and \
             OTLP/JSON; bundled by esbuild with `--minify --target=es2022`, where zone.js does not \
             follow `await`. The tracer by hand is `xtask/src/bench/frontend/pages/hand.js`: spans \
             of requests with the lab's attributes and events, in batches; no page load, clicks, \
             vitals, errors, sampling, retries or bounds. Sizes: gzip -9, brotli 11, each file by itself.",
            PEERS.join(" ")
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let processors = std::thread::available_parallelism().map_or(0, usize::from);
        writeln!(f, "# What tracing a page costs\n")?;
        writeln!(
            f,
            "`cargo xtask bench frontend --write` made this with {} on {processors} processors. \
             Absolute times are the machine's; the ratios are the point.\n",
            self.samples.browser()
        )?;
        writeln!(f, "## Bars\n\n{}", bars::of(self))?;
        self.write_sizes(f)?;
        self.write_costs(f)?;
        reading::write(self, f)?;
        self.write_method(f)
    }
}
