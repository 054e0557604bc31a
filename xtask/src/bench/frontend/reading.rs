//! What the numbers say: sentences that are made from them.

use std::fmt;

use super::page::{JAVASCRIPT, LIGHT, OURS, PAGES, RUST, STACK};
use super::report::Report;

/// A value of a page.
type Measure<'a> = &'a dyn Fn(usize) -> f64;

/// The design's bar is 1/6 of OpenTelemetry JS's CPU; this is what it aims at beyond.
const AIM: f64 = 8.0;

/// Writes the section.
pub(super) fn write(report: &Report, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    writeln!(f, "## Reading\n")?;
    costs(report, f)?;
    language(report, f)?;
    better(report, f)?;
    writeln!(
        f,
        "- What no number here shows: OpenTelemetry JS and Faro trace whatever calls `fetch` or \
         `XMLHttpRequest`, third-party scripts included, and need no application that tells them; \
         zone.js finds a request's parent by itself; pages without WebAssembly need no module. \
         `B/span` compares unequal contents, each tracer's own default."
    )
}

/// How far below the bar the design aims, and what OpenTelemetry JS takes at its lightest.
fn costs(report: &Report, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let [ours, theirs, light] = [OURS, STACK, LIGHT].map(|page| cost(report, page));
    let reached = if ours * AIM <= theirs { "reached" } else { "not reached" };
    writeln!(
        f,
        "- Tracing a request costs {ours:.0} µs of CPU, 1/{:.1} of the {theirs:.0} µs that {} \
         takes; the aim of 1/{AIM} is {reached}.",
        theirs / ours,
        PAGES[STACK].name
    )?;
    writeln!(f, "- {} costs {light:.0} µs, {:.1} times the lab's.", PAGES[LIGHT].name, light / ours)
}

fn language(report: &Report, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let over = |page| report.samples.over(page, JAVASCRIPT, "cpu_us");
    writeln!(
        f,
        "- A request of the lab's takes {:.0} µs more than JavaScript's before any tracing: the way \
         through Rust and back, and a deadline, which the untraced page in JavaScript does without. \
         Traced, it takes {:.0} µs more than that page's; counted from there, it is 1/{:.1} of what \
         {} adds.",
        over(RUST),
        over(OURS),
        cost(report, STACK) / over(OURS),
        PAGES[STACK].name
    )
}

/// In what a traced page in JavaScript is ahead of the lab's.
fn better(report: &Report, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let samples = &report.samples;
    let measures: [(&str, usize, Measure<'_>); 6] = [
        ("CPU µs of tracing a request", 0, &|page| cost(report, page)),
        ("CPU µs of a traced request", 0, &|page| samples.median(page, "cpu_us")),
        ("init ms", 1, &|page| samples.median(page, "init_ms")),
        ("CPU ms until ready", 1, &|page| samples.over(page, JAVASCRIPT, "ready_cpu_ms")),
        ("heap MB", 1, &|page| report.heap_mb(page)),
        ("B/span", 0, &|page| report.bytes_per_span(page)),
    ];
    writeln!(f, "- Where JavaScript does better than the lab's tracer:")?;
    for (name, digits, value) in measures {
        let ours = value(OURS);
        let shown = |value: f64| format!("{value:.digits$}");
        let ahead: Vec<_> = PAGES
            .iter()
            .enumerate()
            .filter(|(_, page)| page.base == Some(JAVASCRIPT))
            .map(|(at, page)| (page.name, value(at)))
            .filter(|(_, theirs)| *theirs < ours && shown(*theirs) != shown(ours))
            .map(|(name, theirs)| format!("{name} {}", shown(theirs)))
            .collect();
        let ahead = if ahead.is_empty() { "nowhere".to_owned() } else { ahead.join("; ") };
        writeln!(f, "  - {name}, {ours:.digits$} here: {ahead}.")?;
    }
    let Some(ours) = report.sizes.get(1) else { return Ok(()) };
    let lighter: Vec<_> = report.sizes[2..]
        .iter()
        .filter(|size| size.is_tracer && size.gzip < ours.gzip)
        .map(|size| format!("{} {}", size.name, size.gzip))
        .collect();
    let lighter = if lighter.is_empty() { "nowhere".to_owned() } else { lighter.join("; ") };
    writeln!(f, "  - B of the tracer alone, gzip, {} here: {lighter}.", ours.gzip)
}

/// CPU µs per request over the untraced page in the same language.
pub(super) fn cost(report: &Report, page: usize) -> f64 {
    PAGES[page].base.map_or(0.0, |base| report.samples.over(page, base, "cpu_us"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::bundles::Size;
    use super::super::samples::Samples;
    use super::*;

    fn report(ours: u32) -> String {
        let page = |cpu_us: u32| {
            json!([{ "cpu_us": cpu_us, "ready_cpu_ms": 5, "init_ms": 1, "heap_bytes": 1_000_000,
                     "module_bytes": 0, "bytes": 500 }])
        };
        let pages = [100, 150, 150 + ours, 800, 700, 300, 900, 140];
        let samples = Samples(json!({ "samples": pages.map(page) }));
        let size = |name, gzip| Size { name, is_tracer: true, raw: 0, gzip, brotli: 0 };
        let sizes = vec![size("page", 40_000), size("tracer", 20_000), size("hand", 900)];
        Report { sizes, samples, rounds: 1, fetches: 1 }.to_string()
    }

    #[test]
    fn the_aim_is_reached_or_not_by_the_numbers() {
        let line = "costs 75 µs of CPU, 1/8.0 of the 600 µs that OpenTelemetry JS, no zone.js \
                    takes; the aim of 1/8 is reached.";
        let text = report(75);
        assert!(text.contains(line), "{text}");
        let text = report(76);
        assert!(text.contains("1/7.9 of") && text.contains("1/8 is not reached."), "{text}");
    }

    #[test]
    fn bars_are_judged_by_the_numbers() {
        let text = report(75);
        assert!(text.contains("| the whole page, gzip | ≤ 40000 B | 40000 B | met |"), "{text}");
        assert!(text.contains("/the lab's | ≥ 6.00 | 8.00 | met |"), "{text}");
        assert!(report(101).contains("| ≥ 6.00 | 5.94 | **missed** |"));
    }

    #[test]
    fn what_others_do_better_is_named() {
        let text = report(75);
        let line = "CPU µs of tracing a request, 75 here: JavaScript by hand, requests alone 40.";
        assert!(text.contains(line), "{text}");
        assert!(text.contains("heap MB, 1.0 here: nowhere."), "{text}");
        assert!(text.contains("gzip, 20000 here: hand 900."), "{text}");
    }
}
