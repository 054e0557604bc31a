//! The root span of everything that a person sets off.

use web_sys::Event;

use super::context::SpanContext;
use super::names;
use super::span::{Kind, Parent, Text};
use super::{Tracer, begin};

/// How the person asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A pointer, or a key on a button.
    Click,
    /// The Enter key in a form's field.
    FormSubmit,
    /// The end of the time in which a deletion can be undone.
    UndoTimeout,
    /// Leaving the page before that.
    PageHide,
}

/// What the person asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A new task.
    AddTask,
    /// Done.
    CompleteTask,
    /// Not done after all.
    ReopenTask,
    /// Away with it.
    DeleteTask,
    /// Other texts for a task.
    EditTask,
    /// The next page of the list.
    OlderTasks,
    /// Other tasks in the list.
    FilterTasks,
    /// An error on purpose.
    SimulateError,
    /// A delay on purpose.
    SimulateSlow,
    /// Five tasks at once.
    BulkCreate,
    /// Many statements that leave nothing behind.
    SmokeDb,
}

impl Trigger {
    fn event_type(self) -> &'static str {
        match self {
            Self::Click => "click",
            Self::FormSubmit => "submit",
            Self::UndoTimeout => "timeout",
            Self::PageHide => "pagehide",
        }
    }
}

impl Action {
    /// As the attribute and the span's name carry it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AddTask => "add-task",
            Self::CompleteTask => "complete-task",
            Self::ReopenTask => "reopen-task",
            Self::DeleteTask => "delete-task",
            Self::EditTask => "edit-task",
            Self::OlderTasks => "older-tasks",
            Self::FilterTasks => "filter-tasks",
            Self::SimulateError => "simulate-error",
            Self::SimulateSlow => "simulate-slow",
            Self::BulkCreate => "bulk-create",
            Self::SmokeDb => "smoke-db",
        }
    }
}

/// `click add-task`.
fn span_name(trigger: Trigger, action: Action) -> String {
    let mut name = String::from(match trigger {
        Trigger::Click => "click ",
        Trigger::FormSubmit => "formSubmit ",
        Trigger::UndoTimeout => "undoTimeout ",
        Trigger::PageHide => "pageHide ",
    });
    name.push_str(action.name());
    name
}

/// An interaction under way.
pub struct Interaction {
    context: SpanContext,
    name: Text,
}

impl Tracer {
    /// Begins a trace at the moment of the event; where nobody but time caused it, now.
    #[must_use]
    pub fn interaction(
        self,
        trigger: Trigger,
        action: Action,
        event: Option<&Event>,
    ) -> Interaction {
        self.clock().settle();
        let start_ns = match event {
            Some(event) => self.clock().event_ns(event),
            None => self.clock().now_ns(),
        };
        let (context, name) = (self.new_trace(), Text::from(span_name(trigger, action)));
        let mut span = begin(context, Parent::None, Kind::Internal, name.clone(), start_ns);
        span.text(names::APP_ACTION, action.name());
        span.text(names::EVENT_TYPE, trigger.event_type());
        span.text(names::URL_PATH, self.path());
        self.open(span);
        Interaction { context, name }
    }
}

impl Interaction {
    /// A root span that is under way already.
    pub(super) fn of(context: SpanContext, name: &'static str) -> Self {
        Self { context, name: name.into() }
    }

    /// What the interaction's requests hang on.
    #[must_use]
    pub fn context(&self) -> SpanContext {
        self.context
    }

    /// The span's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Ends it with the page's update; `error_type` is set when the server or the way to
    /// it failed. Nothing where the page was left meanwhile: that was its end.
    pub fn end(self, tracer: Tracer, error_type: Option<String>) {
        tracer.close(self.context.span_id, |span| {
            if let Some(error_type) = error_type {
                span.fail(error_type);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_how_and_what() {
        assert_eq!(span_name(Trigger::Click, Action::DeleteTask), "click delete-task");
        assert_eq!(span_name(Trigger::FormSubmit, Action::AddTask), "formSubmit add-task");
    }
}
