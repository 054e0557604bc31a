//! What a person can do, from the event to the trace on show. The page shows the outcome
//! at once, and takes it back where the server refuses.

use api_types::routes;
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::App;
use crate::api::{self, ApiError};
use crate::tracer::fetch::Request;
use crate::tracer::interaction::{Action, Interaction};
use crate::views::fields::{self, Draft};
use crate::views::tasks::{self, Place, Row};
use crate::views::toasts::{self, Kind};
use crate::{dom, dynamic, spawn};

/// How long a notice stays, in milliseconds.
const NOTICE_MS: u32 = 6_000;
/// Tasks of one bulk.
const BULK: u32 = 5;

/// What an action is about.
pub(super) enum Deed {
    /// Add the task that was typed into a form; its row is on show.
    Add { form: Element, draft: Draft, row: Row },
    /// Mark the task as done, or as open again; its row shows it already, or was taken
    /// out of a list that it does not fit into any more.
    Toggle { row: Row, place: Option<Place> },
    /// Change the task's texts; its row shows the new ones.
    Edit { row: Row, old: Draft, new: Draft },
    /// Delete the task with this id; its row is gone.
    Delete(i64),
    /// Show the tasks that follow in the place of this item.
    Older { item: Element, search: String },
    /// Show the tasks that an address asks for, unless the list was asked for again. By a
    /// person, or `unasked` after a change.
    List { search: String, turn: u32, unasked: bool },
    /// Run an experiment.
    Try(Action, Element),
}

impl Deed {
    /// Shows the new task.
    pub(super) fn add(root: &Element, form: Element) -> Self {
        let draft = fields::draft(&form);
        let row = Row::of(root, &draft);
        row.prepend(root);
        tasks::count(root, 1, false);
        Self::Add { form, draft, row }
    }

    /// Shows the task in its new state.
    pub(super) fn toggle(root: &Element, row: Row) -> Self {
        row.complete(root, !row.completed);
        let place = (!row.fits(root)).then(|| row.detach(root));
        Self::Toggle { row, place }
    }

    /// Shows the task's new texts.
    pub(super) fn edit(row: Row, form: &Element) -> Self {
        let (old, new) = (row.draft(), fields::draft(form));
        row.write(&new);
        row.end_edit();
        Self::Edit { row, old, new }
    }

    pub(super) fn action(&self) -> Action {
        match self {
            Self::Add { .. } => Action::AddTask,
            Self::Toggle { row, .. } if row.completed => Action::ReopenTask,
            Self::Toggle { .. } => Action::CompleteTask,
            Self::Edit { .. } => Action::EditTask,
            Self::Delete(..) => Action::DeleteTask,
            Self::Older { .. } => Action::OlderTasks,
            Self::List { .. } => Action::FilterTasks,
            Self::Try(action, _) => *action,
        }
    }

    fn request(&self, turn: u32) -> Request {
        match self {
            Self::Add { draft, .. } => api::create(draft),
            Self::Toggle { row, .. } => api::complete(row.id, !row.completed),
            Self::Edit { row, new, .. } => api::edit(row.id, new),
            Self::Delete(id) => api::delete(*id),
            Self::Older { search, .. } | Self::List { search, .. } => {
                api::ask("GET", routes::TASKS_FRAGMENT, search)
            }
            Self::Try(Action::SimulateError, _) => api::ask("GET", routes::SIMULATE_ERROR, ""),
            Self::Try(Action::SimulateSlow, form) => {
                let mut query = String::from("?delay=");
                query.push_str(&dynamic::text_or_empty(&dom::part(form, "input"), "value"));
                api::ask("GET", routes::SIMULATE_SLOW, &query)
            }
            Self::Try(Action::SmokeDb, _) => api::ask("POST", routes::SMOKE_DB, "?ops=300&type=rw"),
            Self::Try(..) => {
                let mut title = String::from("Bulk task ");
                api_types::decimal::push(&mut title, turn.into());
                api::create(&Draft { title, description: String::new() })
            }
        }
    }

    /// Whether the list is another one afterwards.
    fn is_change(&self) -> bool {
        matches!(
            self,
            Self::Add { .. }
                | Self::Toggle { .. }
                | Self::Edit { .. }
                | Self::Delete(..)
                | Self::Try(Action::BulkCreate, _)
        )
    }

    fn done(&self) -> &'static str {
        match self.action() {
            Action::AddTask => "Task added.",
            Action::CompleteTask => "Task completed.",
            Action::ReopenTask => "Task reopened.",
            Action::EditTask => "Task changed.",
            Action::SimulateSlow => "The slow answer is here.",
            Action::BulkCreate => "5 tasks added.",
            Action::SmokeDb => "300 statements ran and were rolled back.",
            _ => "",
        }
    }

    /// Whatever takes no further request while this one is under way.
    fn set_busy(&self, busy: bool) {
        match self {
            Self::Add { form, row, .. } => {
                row.set_busy(busy);
                dom::set_busy(form, busy);
            }
            Self::Toggle { row, .. } | Self::Edit { row, .. } => row.set_busy(busy),
            Self::Older { item: element, .. } | Self::Try(_, element) => {
                dom::set_busy(element, busy);
            }
            Self::Delete(..) | Self::List { .. } => {}
        }
    }
}

impl App {
    /// Does it, and shows what came of it. `error_type` is set where a deed before it failed
    /// in the same interaction.
    pub(super) async fn perform(
        &'static self,
        interaction: Interaction,
        deed: Deed,
        error_type: Option<String>,
    ) {
        let shown = self.shown.get();
        deed.set_busy(true);
        let last = if deed.action() == Action::BulkCreate { BULK } else { 1 };
        let mut outcome = Ok(());
        for turn in 1..=last {
            if outcome.is_ok() {
                let request = deed.request(turn);
                let answer = api::call(self.tracer, interaction.context(), request).await;
                outcome = answer.map(|body| self.settle(&deed, &body));
            }
        }
        self.conclude(interaction, &deed, outcome, shown, error_type);
    }

    /// Says how it went, ends the interaction, and turns the panel to its trace. `shown` is
    /// the list that was on show when the deed began.
    fn conclude(
        &'static self,
        interaction: Interaction,
        deed: &Deed,
        outcome: Result<(), ApiError>,
        shown: u32,
        mut error_type: Option<String>,
    ) {
        deed.set_busy(false);
        let context = interaction.context();
        let trace_id = context.trace_id.to_hex();
        let (mut kind, mut message) = (Kind::Done, String::from(deed.done()));
        self.set_connection(!matches!(&outcome, Err(ApiError { status: None, .. })));
        if let Err(error) = outcome {
            self.take_back(deed, &error, shown);
            (kind, message) = (Kind::Failed, error.detail);
            error_type = error_type.or(error.error_type);
        }
        if !message.is_empty() {
            let toast = toasts::show(&self.root, kind, &message, &trace_id);
            if kind == Kind::Done {
                spawn(async move { self.expire(&toast, NOTICE_MS).await });
            }
        }
        // A list that was under way meanwhile was read before the change or after it: it is
        // read once more.
        if deed.is_change() && self.asked.get() != shown && !self.is_editing() {
            return spawn(self.perform(interaction, self.list(true), error_type));
        }
        self.panel.note(context, interaction.name(), js_sys::Date::now());
        interaction.end(self.tracer, error_type);
        self.panel.show_new(self.tracer, context);
    }

    /// Takes over what the server answered.
    fn settle(&self, deed: &Deed, body: &JsValue) {
        match deed {
            Deed::Add { form, draft, row } => {
                row.stored(body);
                // Unless the person has typed on meanwhile.
                if fields::draft(form) == *draft {
                    fields::fill(form, &Draft { title: String::new(), description: String::new() });
                }
            }
            Deed::Toggle { row, .. } | Deed::Edit { row, .. } => row.stored(body),
            Deed::Try(Action::BulkCreate, _) => {
                let row = Row::of(
                    &self.root,
                    &Draft { title: String::new(), description: String::new() },
                );
                row.stored(body);
                row.prepend(&self.root);
                tasks::count(&self.root, 1, false);
            }
            Deed::Older { item, .. } => {
                let before = dynamic::element(item, "previousElementSibling");
                let had_focus = dom::find(item, ":focus").is_some();
                dynamic::set(item, "outerHTML", body);
                let first =
                    before.and_then(|before| dynamic::element(&before, "nextElementSibling"));
                if let Some(first) = first.filter(|_| had_focus) {
                    dom::focus(&dom::part(&first, ".task-toggle"));
                }
            }
            // What nobody asked for is never put in the place of fields that somebody types in.
            Deed::List { turn, unasked, .. }
                if *turn == self.asked.get() && !(*unasked && self.is_editing()) =>
            {
                self.shown.set(*turn);
                let view = self.part("#task-view");
                let had_focus = dom::find(&view, ":focus").is_some();
                dynamic::set(&view, "outerHTML", body);
                self.deletions.hide(&self.root);
                if had_focus {
                    dom::focus(&self.part(".filter[aria-current]"));
                }
            }
            Deed::Delete(id) => self.deleted(*id, true),
            Deed::List { .. } | Deed::Try(..) => {}
        }
    }

    fn is_editing(&self) -> bool {
        dom::find(&self.root, ".task-edit-form").is_some()
    }

    /// Shows what was before. A task that someone else has deleted stays on nobody's list.
    fn take_back(&self, deed: &Deed, error: &ApiError, shown: u32) {
        let is_gone = error.is_not_found();
        match deed {
            Deed::Delete(id) => self.deleted(*id, is_gone),
            // The list was replaced: nothing in it comes from the deed.
            _ if self.shown.get() != shown => {}
            Deed::Add { row, .. } => {
                row.element.remove();
                tasks::count(&self.root, -1, false);
            }
            Deed::Toggle { row, place } => {
                row.complete(&self.root, row.completed);
                if let Some(place) = place {
                    row.restore(&self.root, place);
                }
                self.drop_if(is_gone, row);
            }
            Deed::Edit { row, old, new } => {
                row.write(old);
                if !is_gone {
                    row.edit(&self.root, new);
                }
                self.drop_if(is_gone, row);
            }
            _ => {}
        }
    }

    fn drop_if(&self, is_gone: bool, row: &Row) {
        if is_gone {
            let _place = row.detach(&self.root);
            self.count(-1, row);
        }
    }
}
