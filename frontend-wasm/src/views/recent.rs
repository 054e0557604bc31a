//! The traces of this visit that one can go back to. They stay while the tab does.

use wasm_bindgen::JsValue;
use web_sys::Element;

use crate::{dom, dynamic};

/// How many there are at the most.
const MAX: usize = 20;
/// Where the browser keeps them: a line each, with trace id, time and name.
const KEY: &str = "lab.recent";
/// Where in a line the time and the name begin.
const TIME_AT: usize = 33;
const NAME_AT: usize = TIME_AT + 9;

/// The list.
pub struct Recent {
    root: Element,
    /// A forbidden storage reads as an empty one, and writing to it does nothing.
    storage: JsValue,
}

/// One line and what follows.
fn first_line(lines: &str) -> Option<(&str, &str)> {
    let end = lines.bytes().position(|byte| byte == b'\n')?;
    Some((lines.get(..end)?, lines.get(end + 1..)?))
}

impl Recent {
    /// The list of this page with what the tab remembers.
    #[must_use]
    pub fn new(root: &Element, storage: JsValue) -> Self {
        let recent = Self { root: root.clone(), storage };
        recent.draw();
        recent
    }

    /// Adds a trace. `name` is the tracer's own and holds no line end; `time` is a time of
    /// day in seconds.
    pub fn add(&self, trace_id: &str, time: &str, name: &str) {
        let mut lines = String::new();
        for part in [trace_id, " ", time, " ", name, "\n"] {
            lines.push_str(part);
        }
        lines.push_str(&self.lines());
        let (mut end, mut rest) = (0, lines.as_str());
        for _ in 0..MAX {
            if let Some((line, next)) = first_line(rest) {
                end += line.len() + 1;
                rest = next;
            }
        }
        lines.truncate(end);
        dynamic::set(&self.storage, KEY, &lines.into());
        self.draw();
    }

    /// Marks the trace that is on show.
    pub fn mark(&self, trace_id: &str) {
        let mut item = dom::find(&self.root, "#recent-list > li");
        while let Some(current) = item {
            let button = dom::part(&current, ".recent");
            let is_shown = dom::attribute(&button, "data-trace-id") == trace_id;
            dom::set_attributes(
                &button,
                &[("aria-current", if is_shown { "true" } else { "false" })],
            );
            item = dynamic::element(&current, "nextElementSibling");
        }
    }

    fn lines(&self) -> String {
        dynamic::text_or_empty(&self.storage, KEY)
    }

    fn draw(&self) {
        let list = dom::part(&self.root, "#recent-list");
        dom::set_text(&list, "");
        let lines = self.lines();
        let mut rest = lines.as_str();
        while let Some((line, next)) = first_line(rest) {
            if let (Some(trace_id), Some(time), Some(name)) =
                (line.get(..TIME_AT - 1), line.get(TIME_AT..NAME_AT - 1), line.get(NAME_AT..))
            {
                let item = dom::stamp(&self.root, "#recent-template");
                dom::set_texts(&item, &[(".recent-name", name), (".recent-time", time)]);
                let button = dom::part(&item, ".recent");
                dom::set_attributes(&button, &[("data-trace-id", trace_id)]);
                dom::insert(&list, &item, None);
            }
            rest = next;
        }
        dom::set_flag(&dom::part(&self.root, "#recent"), "hidden", lines.is_empty());
    }
}
