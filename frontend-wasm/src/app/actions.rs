//! What a person can do, from the event to the trace on show.

use wasm_bindgen::JsValue;
use web_sys::Element;

use super::App;
use crate::api::{self, ApiError};
use crate::tracer::fetch::Request;
use crate::tracer::interaction::{Action, Interaction};
use crate::views::form::Draft;
use crate::views::tasks::Row;
use crate::views::trace::Shown;
use crate::{dynamic, json};

const NOT_FOUND: u16 = 404;

/// What an action is about.
pub(super) enum Deed {
    /// Add the task that was typed.
    Add(Draft),
    /// Mark the row's task as done, or as open again.
    Toggle(Row),
    /// Delete the row's task.
    Delete(Row),
    /// Show the tasks behind the link.
    Older(Element),
}

impl Deed {
    pub(super) fn action(&self) -> Action {
        match self {
            Self::Add(_) => Action::AddTask,
            Self::Toggle(row) if row.completed => Action::ReopenTask,
            Self::Toggle(_) => Action::CompleteTask,
            Self::Delete(_) => Action::DeleteTask,
            Self::Older(_) => Action::OlderTasks,
        }
    }

    fn request(&self) -> Request {
        match self {
            Self::Add(draft) => api::create(&draft.title, &draft.description),
            Self::Toggle(row) => api::complete(row.id, !row.completed),
            Self::Delete(row) => api::delete(row.id),
            Self::Older(link) => api::older(&link.get_attribute("data-after").unwrap_or_default()),
        }
    }

    fn done(&self) -> &'static str {
        match self.action() {
            Action::AddTask => "Task added.",
            Action::CompleteTask => "Task completed.",
            Action::ReopenTask => "Task reopened.",
            Action::DeleteTask => "Task deleted.",
            Action::OlderTasks => "Older tasks shown.",
        }
    }
}

impl App {
    /// Does it, and shows what came of it.
    pub(super) async fn perform(&'static self, interaction: Interaction, deed: Deed) {
        self.set_busy(&deed, true);
        let answer = api::call(self.tracer, interaction.context(), deed.request()).await;
        self.conclude(interaction, &deed, answer);
    }

    /// Says how it went, ends the interaction, and turns the panel to its trace.
    fn conclude(
        &'static self,
        interaction: Interaction,
        deed: &Deed,
        answer: Result<JsValue, ApiError>,
    ) {
        self.set_busy(deed, false);
        let outcome = match answer {
            Ok(body) => self.apply(deed, &body).ok_or_else(ApiError::unreadable),
            Err(error) => Err(error),
        };
        let context = interaction.context();
        let trace_id = context.trace_id.to_hex();
        let mut error_type = None;
        match outcome {
            Ok(()) => self.notice.done(deed.done(), &trace_id),
            Err(error) => {
                self.regret(deed, &error);
                let named = error.trace_id.as_ref().unwrap_or(&trace_id);
                self.notice.failed(&error.detail, named);
                error_type = error.error_type;
            }
        }
        let shown = Shown::new(context, interaction.name(), interaction.started());
        interaction.end(self.tracer, error_type);
        self.panel.show_new(self.tracer, shown, context.span_id.to_hex());
    }

    fn set_busy(&self, deed: &Deed, busy: bool) {
        match deed {
            Deed::Add(_) => self.form.set_busy(busy),
            Deed::Toggle(row) | Deed::Delete(row) => self.tasks.set_busy(row, busy),
            Deed::Older(_) => self.tasks.set_older_busy(busy),
        }
    }

    /// Shows what the server did; `None` when its answer cannot be read.
    fn apply(&self, deed: &Deed, body: &JsValue) -> Option<()> {
        match deed {
            Deed::Add(draft) => {
                self.tasks.prepend(&json::task(body)?);
                self.form.clear(draft);
            }
            Deed::Toggle(row) => self.tasks.update(row, &json::task(body)?),
            Deed::Delete(row) => self.drop_row(row),
            Deed::Older(_) => {
                let mut whole = true;
                dynamic::each(&dynamic::get(body, "tasks"), &mut |item| match json::task(&item) {
                    Some(task) => self.tasks.append(&task),
                    None => whole = false,
                });
                if !whole {
                    return None;
                }
                self.tasks.set_next(dynamic::text(body, "next").as_deref());
            }
        }
        Some(())
    }

    /// A task that someone else has deleted stays on nobody's list.
    fn regret(&self, deed: &Deed, error: &ApiError) {
        if let (Deed::Toggle(row) | Deed::Delete(row), Some(NOT_FOUND)) = (deed, error.status) {
            self.drop_row(row);
        }
    }

    fn drop_row(&self, row: &Row) {
        if !self.tasks.remove(row) {
            self.form.focus();
        }
    }
}
