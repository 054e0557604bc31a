//! The trace panel.

mod rows;
pub mod tier;

use api_types::waterfall::{self, Waterfall, duration_text};
use api_types::{Timestamp, decimal};
use web_sys::Element;

use crate::dom;
use crate::json::Found;
use crate::tracer::context::SpanContext;
use tier::{colour, tiers};

/// What the panel can say about the trace that it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Spans are awaited.
    Loading,
    /// All spans are here.
    Complete,
    /// Some did not arrive in time.
    Partial,
    /// None arrived.
    Absent,
}

/// A trace that the panel has shown or shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// 32 hexadecimal digits.
    pub trace_id: String,
    /// What the person did.
    pub name: String,
    /// When, as a time of day.
    pub time: String,
}

impl Shown {
    /// A trace by one of its spans.
    #[must_use]
    pub fn new(context: SpanContext, name: &str, started: Timestamp) -> Self {
        let mut time = started.clock_text();
        time.truncate("12:00:00".len());
        Self { trace_id: context.trace_id.to_hex(), name: name.to_owned(), time }
    }
}

/// The panel's elements.
pub struct TraceView {
    panel: Element,
    body: Element,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Absent => "absent",
        }
    }
}

impl TraceView {
    /// Finds the panel.
    #[must_use]
    pub fn new(root: &Element) -> Self {
        let panel = dom::part(root, "#trace");
        Self { body: dom::part(&panel, "#trace-body"), panel }
    }

    /// Where the panel's clicks arrive.
    #[must_use]
    pub fn element(&self) -> &Element {
        &self.panel
    }

    /// Turns to another trace. What is on show stays, dimmed, until its first spans come.
    pub fn announce(&self, trace_id: &str) {
        dom::set_texts(&self.panel, &[("#trace-id", trace_id)]);
        dom::set_attributes(&self.panel, &[("data-trace-id", trace_id)]);
        dom::set_flag(&self.body, "data-stale", true);
        self.set_state(State::Loading);
    }

    /// Says how far the trace is; the waterfall of an absent one goes.
    pub fn set_state(&self, state: State) {
        if state == State::Absent {
            dom::set_flag(&self.body, "hidden", true);
        }
        dom::set_attributes(&self.panel, &[("data-state", state.name())]);
    }

    /// Draws what is known of the announced trace. Rows that are on show already stay, so
    /// that opened attributes stay open while more spans arrive.
    pub fn draw(&self, found: &Found) {
        if dom::has_flag(&self.body, "data-stale") {
            dom::set_texts(&self.body, &[("#spans", "")]);
            dom::set_flag(&self.body, "data-stale", false);
        }
        let mut nodes = Vec::new();
        for span in &found.spans {
            nodes.push(span.node());
        }
        let waterfall = waterfall::layout_nodes(&nodes);
        self.summarise(found, &waterfall);
        self.tiers(found);
        self.services(&waterfall);
        rows::ticks(&self.body, waterfall.duration_us);
        rows::spans(&self.body, found, &waterfall);
        rows::logs(&self.body, found);
        dom::set_flag(&self.body, "hidden", false);
    }

    /// Lists the traces that one can go back to; `current` is the one on show.
    pub fn list_recent(&self, shown: &[Shown], current: &str) {
        let list = emptied(&self.panel, "#recent-list");
        for one in shown {
            let texts = [(".recent-name", one.name.as_str()), (".recent-time", &one.time)];
            let button = dom::part(&dom::append(&list, "#recent-template", &texts), ".recent");
            let is_current = if one.trace_id == current { "true" } else { "false" };
            dom::set_attributes(
                &button,
                &[("data-trace-id", &one.trace_id), ("aria-current", is_current)],
            );
        }
        dom::set_flag(&dom::part(&self.panel, "#recent"), "hidden", shown.is_empty());
    }

    fn summarise(&self, found: &Found, waterfall: &Waterfall) {
        let Some(row) = waterfall.rows.first() else { return };
        let first = &found.spans[row.span];
        dom::set_texts(
            &self.body,
            &[
                ("#trace-name", &first.name),
                ("#trace-duration", &duration_text(waterfall.duration_us)),
                ("#trace-count", &counted(found.spans.len(), "span")),
            ],
        );
        // The earliest span need not be the first row: a page's load starts before the
        // server's span above it.
        let start = first.start.unix_micros().saturating_sub_unsigned(row.offset_us);
        let start = Timestamp::from_unix_micros(start);
        dom::set_time(&self.body, "#trace-time", start, &start.clock_text());
    }

    fn tiers(&self, found: &Found) {
        let list = emptied(&self.body, "#trace-path");
        for tier in tiers(found) {
            let note = match tier.statements {
                0 => String::new(),
                count => counted(count, "statement"),
            };
            let stage = dom::append(
                &list,
                "#stage-template",
                &[
                    (".stage-name", tier.name),
                    (".stage-time", &duration_text(tier.duration_us)),
                    (".stage-note", &note),
                ],
            );
            dom::set_attributes(&stage, &[("class", &coloured("stage", tier.colour))]);
        }
    }

    fn services(&self, waterfall: &Waterfall) {
        let list = emptied(&self.body, "#trace-services");
        for (at, service) in waterfall.services.iter().enumerate() {
            let item = dom::append(&list, "#service-template", &[]);
            dom::set_attributes(&item, &[("class", &coloured("service", colour(service, at)))]);
            dom::set_text(&item, service);
        }
    }
}

fn emptied(parent: &Element, selector: &str) -> Element {
    let list = dom::part(parent, selector);
    dom::set_text(&list, "");
    list
}

/// A class list with the colour of a service.
fn coloured(class: &str, colour: usize) -> String {
    joined(&[class, " service-", &decimal::text(colour as u64)])
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    joined(&[&decimal::text(count as u64), " ", what, plural])
}

/// The parts in a row; the standard `concat` is generic and larger.
fn joined(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str(part);
    }
    text
}
