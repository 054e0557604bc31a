//! What happens when: the page's events and what follows from them.

mod actions;
pub mod panel;
pub mod settled;

use std::cell::Cell;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Clipboard, Element, Event};

use crate::dom::{self, Listener};
use crate::tracer::interaction::Trigger;
use crate::tracer::{Tracer, document_load};
use crate::views::form::FormView;
use crate::views::notice::NoticeView;
use crate::views::tasks::TasksView;
use crate::views::trace::Shown;
use crate::{dynamic, spawn};
use actions::Deed;
use panel::Panel;

/// How long a button says that it has copied, in milliseconds.
const COPIED_MS: u32 = 2_000;

/// The page under the app's control.
pub struct App {
    tracer: Tracer,
    form: FormView,
    tasks: TasksView,
    notice: NoticeView,
    panel: Panel,
    /// Whether the click that submits the form came from a pointer.
    pointer: Cell<bool>,
}

/// Takes the page over and marks it with `data-app="ready"`.
pub fn start() {
    let (window, root) = dom::page();
    // On purpose never freed, and its listeners neither: the app lives as long as its
    // page, and its handlers and futures may all refer to it.
    let app: &'static App = Box::leak(Box::new(App {
        tracer: Tracer::new(&window, &root),
        form: FormView::new(&root),
        tasks: TasksView::new(&root),
        notice: NoticeView::new(&root),
        panel: Panel::new(&root),
        pointer: Cell::new(false),
    }));
    std::mem::forget(app.listen());
    dom::set_attributes(&root, &[("data-app", "ready")]);
    spawn(app.show_document_load(root, app.tracer.clock().page_ms()));
}

impl App {
    fn listen(&'static self) -> Vec<Listener> {
        let mut listeners = vec![
            self.on(self.form.element(), "click", Self::form_clicked),
            self.on(self.form.element(), "submit", Self::form_submitted),
            self.on(self.tasks.element(), "click", Self::task_clicked),
            self.on(self.panel.view().element(), "click", Self::panel_clicked),
        ];
        if let Some(link) = self.tasks.older() {
            listeners.push(self.on(link, "click", Self::older_clicked));
        }
        listeners
    }

    fn on(
        &'static self,
        target: &Element,
        kind: &'static str,
        handler: fn(&'static Self, &Event),
    ) -> Listener {
        let call = move |event: Event| handler(self, &event);
        Listener::new(target, kind, Box::new(call))
    }

    fn begin(&'static self, trigger: Trigger, deed: Deed, event: &Event) {
        let interaction = self.tracer.interaction(trigger, deed.action(), event);
        spawn(self.perform(interaction, deed));
    }

    /// The Enter key in a field clicks the submit button too, with a click count of 0
    /// (HTML standard, "implicit submission").
    fn form_clicked(&'static self, event: &Event) {
        if dom::closest(event, "[type=submit]").is_some() {
            let clicks = dynamic::int(event, "detail");
            self.pointer.set(clicks > Some(0));
        }
    }

    fn form_submitted(&'static self, event: &Event) {
        event.prevent_default();
        let by_pointer = self.pointer.replace(false);
        let draft = self.form.draft();
        if self.form.check(&draft) && !self.form.is_busy() {
            let trigger = if by_pointer { Trigger::Click } else { Trigger::FormSubmit };
            self.begin(trigger, Deed::Add(draft), event);
        }
    }

    fn task_clicked(&'static self, event: &Event) {
        let row = |selector| {
            let button = dom::closest(event, selector)?;
            self.tasks.row(button)
        };
        if let Some(row) = row(".task-toggle") {
            self.begin(Trigger::Click, Deed::Toggle(row), event);
        } else if let Some(row) = row(".task-delete") {
            self.begin(Trigger::Click, Deed::Delete(row), event);
        }
    }

    fn older_clicked(&'static self, event: &Event) {
        event.prevent_default();
        let link = self.tasks.older();
        if let Some(link) = link.filter(|link| !dom::has_flag(link, "data-busy")) {
            self.begin(Trigger::Click, Deed::Older(link.clone()), event);
        }
    }

    fn panel_clicked(&'static self, event: &Event) {
        // A recent trace's button carries its id, the panel that of the one on show.
        let bearer = dom::closest(event, "[data-trace-id]");
        let shown = bearer.and_then(|bearer| bearer.get_attribute("data-trace-id"));
        let Some(trace_id) = shown else { return };
        if let Some(button) = dom::closest(event, "#trace-copy") {
            self.copy(&trace_id, button);
        } else if dom::closest(event, ".recent, .trace-again").is_some() {
            spawn(self.panel.show(self.tracer, trace_id, None));
        }
    }

    fn copy(&'static self, trace_id: &str, button: Element) {
        // Pages that are neither encrypted nor local have no clipboard; one click on the
        // id then selects it whole.
        let clipboard = dynamic::get(&dynamic::get(self.tracer.window(), "navigator"), "clipboard");
        if clipboard.is_undefined() {
            return;
        }
        let clipboard: Clipboard = clipboard.unchecked_into();
        let written = clipboard.write_text(trace_id);
        spawn(async move {
            if JsFuture::from(written).await.is_ok() {
                dom::set_flag(&button, "data-copied", true);
                let _ = dom::sleep(self.tracer.window(), COPIED_MS).await;
                dom::set_flag(&button, "data-copied", false);
            }
        });
    }

    /// The page's own load is the first trace on show, unless the person was faster.
    async fn show_document_load(&'static self, root: Element, ready_ms: f64) {
        let recorded = document_load::record(self.tracer, &root, ready_ms).await;
        if let Some((context, started)) = recorded {
            if self.panel.is_idle() {
                let shown = Shown::new(context, "documentLoad", started);
                self.panel.show_new(self.tracer, shown, context.span_id.to_hex());
            }
        }
    }
}
