//! What the trace panel shows and how it waits for spans that are on their way. The
//! server renders it; here it is fetched and put into the page.

use std::cell::Cell;

use api_types::limits::TRACE_LOOKS;
use api_types::{decimal, routes};
use wasm_bindgen::JsValue;
use web_sys::Element;

use crate::http::{self, Answer};
use crate::tracer::Tracer;
use crate::tracer::context::SpanContext;
use crate::views::recent::Recent;
use crate::{api, dom, dynamic, spawn};

/// The pauses between looks at a trace, in milliseconds: three seconds in all.
const PAUSES_MS: [u32; TRACE_LOOKS - 1] = [50, 100, 200, 400, 800, 1500];

/// The panel; a newer trace supersedes the wait for an older one.
pub(super) struct Panel {
    root: Element,
    recent: Recent,
    turn: Cell<u32>,
}

impl Panel {
    /// The panel of this page.
    #[must_use]
    pub(super) fn new(root: &Element, storage: JsValue) -> Self {
        let recent = Recent::new(root, storage);
        Self { root: root.clone(), recent, turn: Cell::new(0) }
    }

    /// How many traces it has shown; a trace that is on show for a while is still the
    /// same turn.
    #[must_use]
    pub(super) fn turn(&self) -> u32 {
        self.turn.get()
    }

    /// Notes a new trace among the recent ones. `now_ms` is the wall clock's time.
    pub(super) fn note(&self, context: SpanContext, name: &str, now_ms: f64) {
        self.recent.add(&context.trace_id.to_hex(), &time_of_day(now_ms), name);
    }

    /// Shows the trace of a span, which makes the trace worth showing.
    pub(super) fn show_new(&'static self, tracer: Tracer, context: SpanContext) {
        let mut query = String::from("?span=");
        query.push_str(&context.span_id.to_hex());
        query.push_str(if context.sampled { "&turn=" } else { "&sampled=false&turn=" });
        spawn(self.show(tracer, context.trace_id.to_hex(), query));
    }

    /// Shows a trace again.
    pub(super) fn show_again(&'static self, tracer: Tracer, trace_id: String) {
        spawn(self.show(tracer, trace_id, "?turn=".into()));
    }

    /// Sends what the tracer still has of the trace, then looks until the server says
    /// that it is settled, or another one is shown. What is on show stays, dimmed, until
    /// the first spans come. The focus moves to the panel where its place goes.
    async fn show(&'static self, tracer: Tracer, trace_id: String, query: String) {
        let turn = self.turn.get() + 1;
        self.turn.set(turn);
        if dom::find(&self.trace(), ":focus").is_some() {
            dom::focus(&dom::part(&self.root, "#trace-card"));
        }
        self.set(&[("data-state", "loading"), ("data-trace-id", &trace_id), ("aria-busy", "true")]);
        self.set_status("");
        self.recent.mark(&trace_id);
        tracer.flush().await;

        let mut url = routes::trace_fragment(&trace_id);
        url.push_str(&query);
        let mut shown = JsValue::UNDEFINED;
        for look in 0..TRACE_LOOKS {
            let start = url.len();
            decimal::push(&mut url, look as u64);
            let answer = http::send(&api::look(&url)).await;
            url.truncate(start);
            if self.turn.get() != turn {
                return;
            }
            // A failed look is like an early one: the next may succeed.
            if let Ok(Answer { status: 200, body, .. }) = answer {
                if body != shown {
                    dynamic::set(&self.trace(), "outerHTML", &body);
                    shown = body;
                }
                if dom::attribute(&self.trace(), "data-state") != "loading" {
                    self.announce(".state-settled");
                    return;
                }
            }
            if let Some(pause_ms) = PAUSES_MS.get(look) {
                let _ = dom::sleep(tracer.window(), *pause_ms).await;
            }
        }
        if self.turn.get() == turn {
            self.set(&[("data-state", "unreached")]);
            self.announce(".state-unreached");
        }
    }

    /// Tells those who do not see the panel what became of its trace, in the words of this
    /// part of it. The panel itself is replaced as a whole, which no screen reader follows.
    fn announce(&self, part: &str) {
        let mut text = String::new();
        for (before, selector) in [("Trace ", part), (": ", "#trace-name")] {
            if let Some(part) = dom::find(&self.trace(), selector) {
                text.push_str(before);
                text.push_str(&dynamic::text_or_empty(&part, "textContent"));
            }
        }
        self.set_status(&text);
    }

    fn set_status(&self, text: &str) {
        dom::set_text(&dom::part(&self.root, "#trace-status"), text);
    }

    fn trace(&self) -> Element {
        dom::part(&self.root, "#trace")
    }

    fn set(&self, attributes: &[(&str, &str)]) {
        dom::set_attributes(&self.trace(), attributes);
    }
}

/// `12:00:00`, in UTC as everything on the page.
fn time_of_day(unix_ms: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, and the clock is past 1970"
    )]
    let seconds = (unix_ms / 1000.0) as u64;
    let mut text = String::new();
    decimal::push_padded(&mut text, seconds / 3600 % 24, 2);
    text.push(':');
    decimal::push_padded(&mut text, seconds / 60 % 60, 2);
    text.push(':');
    decimal::push_padded(&mut text, seconds % 60, 2);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_day_is_utc() {
        assert_eq!(time_of_day(1_769_860_800_000.0), "12:00:00");
        assert_eq!(time_of_day(1_769_860_799_999.9), "11:59:59");
    }
}
