//! What happens when: the page's events and what follows from them.

mod actions;
mod connection;
mod copy;
mod deletions;
mod notices;
mod panel;

use std::cell::{Cell, RefCell};

use wasm_bindgen::prelude::*;
use web_sys::{Element, Event};

use crate::dom::{self, Listener};
use crate::tracer::interaction::{Action, Trigger};
use crate::tracer::{Tracer, document_load};
use crate::views::fields;
use crate::views::tasks::{self, Row};
use crate::{dynamic, spawn};
use actions::Deed;
use deletions::Deletions;
use panel::Panel;

/// What the app listens to on the document.
const KINDS: [&str; 5] = ["click", "submit", "input", "keydown", "focusin"];
/// What it listens to on the window.
const WINDOW_KINDS: [&str; 4] = ["pagehide", "popstate", "online", "offline"];

/// The page under the app's control.
pub struct App {
    tracer: Tracer,
    root: Element,
    panel: Panel,
    deletions: Deletions,
    /// What dismissing the last notice leads back to.
    origin: notices::Origin,
    /// Whether the click that submits a form came from a pointer.
    pointer: Cell<bool>,
    /// The query string that the list was last asked for.
    listed: RefCell<String>,
    /// How often the list was asked for.
    asked: Cell<u32>,
    /// Which of these times the list on show came from: 0 is the page's own.
    shown: Cell<u32>,
}

/// Takes the page over and marks it with `data-app="ready"`.
pub fn start() {
    let (window, root) = dom::page();
    // On purpose never freed, and its listeners neither: the app lives as long as its
    // page, and its handlers and futures may all refer to it.
    let app: &'static App = Box::leak(Box::new(App {
        tracer: Tracer::new(&window),
        panel: Panel::new(&root, dynamic::get(&window, "sessionStorage")),
        deletions: Deletions::default(),
        origin: notices::Origin::default(),
        pointer: Cell::new(false),
        listed: RefCell::default(),
        asked: Cell::new(0),
        shown: Cell::new(0),
        root,
    }));
    app.listed.replace(app.search());
    for kind in KINDS {
        app.listen(&app.root, kind);
    }
    for kind in WINDOW_KINDS {
        app.listen(&window, kind);
    }
    while let Some(waiting) = dom::find(&app.root, ".app-only:disabled") {
        dom::set_flag(&waiting, "disabled", false);
    }
    dom::set_flag(&app.part("#task-form"), "novalidate", true);
    dom::set_attributes(&app.root, &[("data-app", "ready")]);
    spawn(app.show_document_load(app.tracer.clock().page_ms()));
    spawn(app.watch());
}

impl App {
    fn listen(&'static self, target: &web_sys::EventTarget, kind: &'static str) {
        let listener = Listener::new(target, kind, Box::new(move |event| self.heard(&event)));
        std::mem::forget(listener);
    }

    fn part(&self, selector: &str) -> Element {
        dom::part(&self.root, selector)
    }

    fn heard(&'static self, event: &Event) {
        match dynamic::text_or_empty(event, "type").as_str() {
            "click" => self.clicked(event),
            "submit" => self.submitted(event),
            "input" => {
                if let Some(input) = dom::closest(event, ".field > *") {
                    let _fits = fields::check_input(&input, false);
                }
            }
            "keydown" => self.key_pressed(event),
            "focusin" => self.origin.note(event),
            "pagehide" => self.delete_at_once(),
            "popstate" => {
                // A fragment leads to another place of the same page.
                if *self.listed.borrow() != self.search() {
                    let interaction = self.tracer.route_change(event);
                    spawn(self.perform(interaction, self.list(false), None));
                }
            }
            _ => self.check_connection(),
        }
    }

    fn begin(&'static self, trigger: Trigger, deed: Deed, event: Option<&Event>) {
        let interaction = self.tracer.interaction(trigger, deed.action(), event);
        spawn(self.perform(interaction, deed, None));
    }

    fn clicked(&'static self, event: &Event) {
        // The Enter key in a field clicks the submit button too, with a click count of 0
        // (HTML standard, "implicit submission").
        self.pointer.set(dynamic::int(event, "detail") > Some(0));
        let with_key = dynamic::flag(event, "ctrlKey") || dynamic::flag(event, "metaKey");
        let Some(source) = dom::closest(event, "[data-do]").filter(|_| !with_key) else { return };
        let row = Row::around(&source).filter(|row| !row.is_busy());
        match (dom::attribute(&source, "data-do").as_str(), row) {
            ("toggle", Some(row)) => {
                self.begin(Trigger::Click, Deed::toggle(&self.root, row), Some(event));
            }
            ("edit", Some(row)) => row.edit(&self.root, &row.draft()),
            ("cancel", Some(row)) => row.end_edit(),
            ("delete", Some(row)) => self.delete_later(row),
            ("undo", _) => self.undo(dom::ancestor(&source, ".toast").as_ref()),
            ("close", _) => {
                if let Some(toast) = dom::ancestor(&source, ".toast") {
                    self.dismiss(&toast);
                }
            }
            ("older", _) => {
                event.prevent_default();
                if let Some(item) = dom::ancestor(&source, ".more:not([aria-busy])") {
                    let search = dynamic::text_or_empty(&source, "search");
                    self.begin(Trigger::Click, Deed::Older { item, search }, Some(event));
                }
            }
            ("filter", _) => {
                event.prevent_default();
                let history = dynamic::get(self.tracer.window(), "history");
                let history: &web_sys::History = history.unchecked_ref();
                // Fails where an address is of another origin.
                let href = dynamic::text(&source, "href");
                let _ = history.push_state_with_url(&JsValue::NULL, "", href.as_deref());
                self.tracer.note_address();
                self.begin(Trigger::Click, self.list(false), Some(event));
            }
            ("retry", _) => self.begin(Trigger::Click, self.list(false), Some(event)),
            ("show", _) => {
                let trace_id = dom::attribute(&source, "data-trace-id");
                if !dom::attribute(&source, "href").starts_with('#') {
                    event.prevent_default();
                }
                self.panel.show_again(self.tracer, trace_id);
            }
            ("copy", _) => self.copy_id(source),
            _ => {}
        }
    }

    fn submitted(&'static self, event: &Event) {
        event.prevent_default();
        let trigger =
            if self.pointer.replace(false) { Trigger::Click } else { Trigger::FormSubmit };
        let Some(form) = dom::closest(event, "form:not([aria-busy=true])") else { return };
        let deed = match dom::attribute(&form, "data-do").as_str() {
            "add" => fields::check(&form).then(|| Deed::add(&self.root, form)),
            "save" => match Row::around(&form) {
                Some(row) if fields::check(&form) => Some(Deed::edit(row, &form)),
                _ => None,
            },
            "simulate-error" => Some(Deed::Try(Action::SimulateError, form)),
            "simulate-slow" => Some(Deed::Try(Action::SimulateSlow, form)),
            "bulk-create" => Some(Deed::Try(Action::BulkCreate, form)),
            _ => Some(Deed::Try(Action::SmokeDb, form)),
        };
        if let Some(deed) = deed {
            self.begin(trigger, deed, Some(event));
        }
    }

    fn key_pressed(&'static self, event: &Event) {
        let key = dynamic::text_or_empty(event, "key");
        let pressed = |name| dynamic::flag(event, name);
        let editor = dom::closest(event, ".task-edit-form");
        match (key.as_str(), editor) {
            ("Escape", Some(editor)) => {
                if let Some(row) = Row::around(&editor) {
                    row.end_edit();
                }
            }
            ("Enter", Some(editor)) => {
                let in_text = dom::closest(event, "textarea").is_some();
                if in_text && !pressed("shiftKey") && !pressed("isComposing") {
                    event.prevent_default();
                    dom::click(&dom::part(&editor, "[type=submit]"));
                }
            }
            ("z", _)
                if (pressed("ctrlKey") || pressed("metaKey"))
                    && dom::closest(event, "input, textarea").is_none() =>
            {
                self.undo(None);
            }
            _ => {}
        }
    }

    /// The query string of the page's address.
    fn search(&self) -> String {
        dynamic::text_or_empty(&dynamic::get(self.tracer.window(), "location"), "search")
    }

    /// Asks for the tasks of the page's address; no earlier answer is shown from now on.
    fn list(&self, unasked: bool) -> Deed {
        let (search, turn) = (self.search(), self.asked.get() + 1);
        self.listed.replace(search.clone());
        self.asked.set(turn);
        Deed::List { search, turn, unasked }
    }

    /// The page's own load is the first trace on show, unless the person was faster.
    async fn show_document_load(&'static self, ready_ms: f64) {
        let recorded = document_load::record(self.tracer, ready_ms).await;
        if let Some((context, _)) = recorded {
            self.panel.note(context, "documentLoad", js_sys::Date::now());
            if self.panel.turn() == 0 {
                self.panel.show_new(self.tracer, context);
            }
        }
    }

    /// A task is one less, or one more again.
    fn count(&self, by: i64, row: &Row) {
        tasks::count(&self.root, by, row.completed);
    }
}
