//! The pages that are measured.

/// A page of the benchmark.
pub(super) struct Page {
    /// Its script in `pages/`.
    pub(super) script: &'static str,
    /// What the report calls it.
    pub(super) name: &'static str,
    /// The place of the untraced page in the same language, which the cost of tracing is
    /// counted from; none for such a page itself.
    pub(super) base: Option<usize>,
}

const fn untraced(script: &'static str, name: &'static str) -> Page {
    Page { script, name, base: None }
}

const fn traced(script: &'static str, name: &'static str, base: usize) -> Page {
    Page { script, name, base: Some(base) }
}

/// In the order of the report.
pub(super) const PAGES: [Page; 8] = [
    untraced("plain", "JavaScript, untraced"),
    untraced("ours-plain", "Rust, untraced"),
    traced("ours", "the lab's tracer (Rust)", RUST),
    traced("otel-zone", "OpenTelemetry JS, zone.js", JAVASCRIPT),
    traced("otel-stack", "OpenTelemetry JS, no zone.js", JAVASCRIPT),
    traced("otel-light", "OpenTelemetry JS, no zone.js, `ignoreNetworkEvents: true`", JAVASCRIPT),
    traced("faro", "Faro with tracing", JAVASCRIPT),
    traced("hand", "JavaScript by hand, requests alone", JAVASCRIPT),
];

pub(super) const JAVASCRIPT: usize = 0;
pub(super) const RUST: usize = 1;
pub(super) const OURS: usize = 2;
/// OpenTelemetry JS with what it records by default and the cheaper context manager: what
/// the design's bar is about.
pub(super) const STACK: usize = 4;
/// The same with the option that spares it most.
pub(super) const LIGHT: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_places_are_those_of_the_pages() {
        let scripts = [JAVASCRIPT, RUST, OURS, STACK, LIGHT].map(|at| PAGES[at].script);
        assert_eq!(scripts, ["plain", "ours-plain", "ours", "otel-stack", "otel-light"]);
    }
}
