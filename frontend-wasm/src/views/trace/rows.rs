//! The panel's rows: spans with their bars, log lines, and the attributes of both.

use api_types::decimal;
use api_types::waterfall::{Row, Waterfall, duration_text};
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::tier::colour;
use super::{coloured, emptied, joined};
use crate::dom;
use crate::dynamic;
use crate::json::{self, Found, Span};

/// Deeper rows are not indented further.
const DEPTH_MAX: usize = 8;

/// The marks on the time axis: equal steps from zero to the whole duration.
pub(super) fn ticks(body: &Element, duration_us: u64) {
    let mut mark = dom::find(body, ".tick-label");
    let mut step = 0;
    while let Some(current) = mark {
        dom::set_text(&current, &duration_text(duration_us / 4 * step));
        mark = dynamic::element(&current, "nextElementSibling");
        step += 1;
    }
}

/// One row per span, in the waterfall's order; rows that exist are filled anew.
pub(super) fn spans(body: &Element, found: &Found, waterfall: &Waterfall) {
    let list = dom::part(body, "#spans");
    for row in &waterfall.rows {
        let span = &found.spans[row.span];
        let shown = dom::find(&list, &joined(&["[data-span-id=\"", &span.span_id, "\"]"]));
        let element = shown.unwrap_or_else(|| dom::stamp(&list, "#span-template"));
        dom::insert(&list, &element, None);
        fill_span(&element, span, row);
    }
}

fn fill_span(element: &Element, span: &Span, row: &Row) {
    let depth = decimal::text(row.depth.min(DEPTH_MAX) as u64);
    let class = coloured("span", colour(&span.service, row.service));
    let class = joined(&[&class, " depth-", &depth]);
    dom::set_attributes(
        element,
        &[
            ("class", &class),
            ("data-span-id", &span.span_id),
            ("data-service", &span.service),
            ("data-status", if span.failed { "error" } else { "unset" }),
        ],
    );
    let mark = match (span.failed, row.orphan) {
        (true, _) => "error",
        (false, true) => "parent missing",
        (false, false) => "",
    };
    dom::set_texts(
        element,
        &[
            (".span-name", &span.name),
            (".span-tag", tag(span)),
            (".span-mark", mark),
            (".span-duration", &duration_text(span.duration_us)),
            (".attributes", ""),
        ],
    );
    let (left, width) = (decimal::text(row.left.into()), decimal::text(row.width.into()));
    dom::set_attributes(&dom::part(element, "rect"), &[("x", &left), ("width", &width)]);

    let list = dom::part(element, ".attributes");
    attribute(&list, "start", &since(row.offset_us));
    attribute(&list, "service.name", &span.service);
    attribute(&list, "span id", &span.span_id);
    attributes(&list, &dynamic::get(&span.raw, "attributes"));
    dynamic::each(&dynamic::get(&span.raw, "events"), &mut |event| {
        let name = dynamic::text_or_empty(&event, "name");
        let moment = json::time(&event, "timestamp").unix_micros();
        let offset = since(moment.abs_diff(span.start.unix_micros()));
        attribute(&list, &joined(&["event ", &name]), &offset);
        attributes(&list, &dynamic::get(&event, "attributes"));
    });
}

/// The role between services, or the database that a statement went to.
fn tag(span: &Span) -> &str {
    match &span.database {
        Some(database) => database,
        None if span.kind == "internal" => "",
        None => &span.kind,
    }
}

/// All log lines of the trace.
pub(super) fn logs(body: &Element, found: &Found) {
    dom::set_flag(&dom::part(body, "#trace-logs"), "hidden", found.log_count() == 0);
    let list = emptied(body, "#logs");
    dynamic::each(&found.logs, &mut |line| {
        let level = dynamic::text_or_empty(&line, "level");
        let row = dom::append(
            &list,
            "#log-template",
            &[
                (".log-level", &level),
                (".log-message", &dynamic::text_or_empty(&line, "message")),
                (".log-service", &dynamic::text_or_empty(&line, "service")),
            ],
        );
        dom::set_attributes(&row, &[("data-level", &level)]);
        let moment = json::time(&line, "timestamp");
        dom::set_time(&row, ".log-time", moment, &moment.clock_text());
        let list = dom::part(&row, ".attributes");
        attribute(&list, "span id", &dynamic::text_or_empty(&line, "span_id"));
        attributes(&list, &dynamic::get(&line, "fields"));
    });
}

fn since(us: u64) -> String {
    joined(&["+", &duration_text(us)])
}

fn attributes(list: &Element, all: &JsValue) {
    dynamic::each_entry(all, &mut |name, value| attribute(list, name, value));
}

fn attribute(list: &Element, name: &str, value: &str) {
    let _row = dom::append(list, "#attribute-template", &[("dt", name), ("dd", value)]);
}
