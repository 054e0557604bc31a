//! One colour per service, and one for the databases that they call.

use api_types::trace::{Span, SpanKind};

/// The databases' colour.
pub(super) const DATABASE: usize = 4;

/// The number of a service's colour. The known ones keep theirs over all traces; `index`
/// tells the others of one trace apart.
pub(super) fn of_service(service: &str, index: usize) -> usize {
    match service {
        "task-frontend" => 0,
        "lab-proxy" => 1,
        "task-backend" => 2,
        "lab-loadgen" => 3,
        _ => 5 + index % 3,
    }
}

/// The number of a bar's colour: a statement is drawn as the database's work.
pub(super) fn of_bar(span: &Span, index: usize) -> usize {
    if database(span).is_some() { DATABASE } else { of_service(&span.service, index) }
}

/// The database that the span is a statement to.
pub(super) fn database(span: &Span) -> Option<&str> {
    let system = span.attributes.get("db.system.name")?.as_text()?;
    (span.kind == SpanKind::Client).then_some(system)
}
