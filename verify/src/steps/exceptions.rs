//! What a healthy lab need not have, after a minute of traffic with errors in it. Whatever is
//! not listed here has to find something.

/// A query or a panel that may be empty, and why.
pub(super) type Exception = (&'static str, &'static str);

const HEALTHY: &str = "a healthy lab has none";
const PAGES: &str = "the check is no browser: pages tell it, once people open them";
const EXPORTERS: &str = "its exporters run with the profiles `host` and `exporters`";

/// Queries of docs/VERIFICATION.md.
pub(super) const CLASSICS: [Exception; 3] = [
    (r#"{service_name="postgresql"} | severity_text=~"ERROR|FATAL""#, HEALTHY),
    (r#"{span.http.route="/api/tasks" && status=error}"#, HEALTHY),
    ("{span.db.system.name != nil && duration > 50ms}", HEALTHY),
];

/// Panels, as "uid title", or whole dashboards by their uid.
pub(super) const PANELS: [Exception; 10] = [
    ("lab-hosts", EXPORTERS),
    (
        "lab-pipeline Refused and failed",
        "the collector counts what fails from the first failure on",
    ),
    ("lab-slo Alerts that fire", HEALTHY),
    ("lab-tracing Slow", "none of the traffic starts in a browser, but for one quick click"),
    ("lab-tracing Failed", "none of the traffic starts in a browser, but for one good click"),
    ("lab-tracing Largest Contentful Paint", PAGES),
    ("lab-tracing Interaction to Next Paint", PAGES),
    ("lab-tracing Cumulative Layout Shift", PAGES),
    ("lab-tracing First paint and first byte", PAGES),
    ("lab-tracing Errors of pages", PAGES),
];

/// Whether a query of the documentation may find nothing.
pub(super) fn excuses_query(query: &str) -> bool {
    CLASSICS.iter().any(|(excused, _)| *excused == query)
}

/// Whether a panel may show nothing.
pub(super) fn excuses_panel(dashboard: &str, title: &str) -> bool {
    let is_it = |excused: &str| match excused.strip_prefix(dashboard) {
        Some("") => true,
        Some(rest) => rest.strip_prefix(' ') == Some(title),
        None => false,
    };
    PANELS.iter().any(|(excused, _)| is_it(excused))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_is_excused_by_itself_or_with_its_dashboard() {
        assert!(excuses_panel("lab-hosts", "CPU"));
        assert!(excuses_panel("lab-tracing", "Slow"));
        assert!(!excuses_panel("lab-tracing", "Slower"));
        assert!(!excuses_panel("lab-slo", "Slow"));
    }
}
