//! The list of tasks and the counts above it.

use api_types::decimal;
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::fields::{self, Draft};
use crate::{dom, dynamic};

/// A task's row.
#[derive(Clone)]
pub struct Row {
    /// Its element.
    pub element: Element,
    /// The task's id.
    pub id: i64,
    /// Whether the row shows it as done.
    pub completed: bool,
}

/// Where a row stood that is not in the list for now.
#[derive(Clone)]
pub struct Place {
    next: Option<Element>,
}

impl Row {
    /// The row that an element lies in.
    #[must_use]
    pub fn around(element: &Element) -> Option<Self> {
        let element = dom::ancestor(element, ".task")?;
        Some(Self {
            id: whole(&dom::attribute(&element, "data-id"))?,
            completed: dom::attribute(&element, "data-completed") == "true",
            element,
        })
    }

    /// A new row for what was typed; it has no id yet and is in no list.
    #[must_use]
    pub fn of(root: &Element, draft: &Draft) -> Self {
        let row = Self { element: dom::stamp(root, "#task-template"), id: 0, completed: false };
        row.write(draft);
        row
    }

    /// Takes over what the server stored.
    pub fn stored(&self, task: &JsValue) {
        let id = dynamic::int(task, "id").unwrap_or(0).unsigned_abs();
        dom::set_attributes(&self.element, &[("data-id", &decimal::text(id))]);
        let created = dynamic::text_or_empty(task, "created_at");
        let time = dom::part(&self.element, ".task-created");
        dom::set_attributes(&time, &[("datetime", &created)]);
        // `2026-01-31T12:00:00.000001Z`, down to the minute.
        let mut text = String::from(created.get(..10).unwrap_or_default());
        text.push(' ');
        text.push_str(created.get(11..16).unwrap_or_default());
        dom::set_text(&time, &text);
        self.write(&Draft {
            title: dynamic::text_or_empty(task, "title"),
            description: dynamic::text_or_empty(task, "description"),
        });
    }

    /// The texts that the row shows.
    #[must_use]
    pub fn draft(&self) -> Draft {
        let text = |class| dynamic::text_or_empty(&dom::part(&self.element, class), "textContent");
        Draft { title: text(".task-title"), description: text(".task-description") }
    }

    /// Shows other texts.
    pub fn write(&self, draft: &Draft) {
        let title = draft.title.as_str();
        dom::set_texts(
            &self.element,
            &[
                (".task-title", title),
                (".task-description", &draft.description),
                (".task-toggle .task-name", title),
                (".task-edit .task-name", title),
                (".task-delete .task-name", title),
            ],
        );
    }

    /// Shows the task as done or not.
    pub fn complete(&self, root: &Element, completed: bool) {
        let text = if completed { "true" } else { "false" };
        dom::set_attributes(&self.element, &[("data-completed", text)]);
        count(root, -1, !completed);
        count(root, 1, completed);
    }

    /// While a request is under way the row takes no further one.
    pub fn set_busy(&self, busy: bool) {
        dom::set_busy(&self.element, busy);
    }

    /// Whether a request is under way.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        dom::attribute(&self.element, "aria-busy") == "true"
    }

    /// Opens the fields in the row's place. One row is edited at a time: another one that
    /// was changed is moved to instead.
    pub fn edit(&self, root: &Element, draft: &Draft) {
        if let Some(form) = dom::find(root, ".task-edit-form") {
            if let Some(other) = Self::around(&form) {
                if other.draft() != fields::draft(&form) {
                    dom::focus(&dom::part(&form, "input"));
                    return;
                }
                other.end_edit();
            }
        }
        let form = dom::stamp(root, "#edit-template");
        dom::insert(&self.element, &form, None);
        dom::set_flag(&self.element, "data-editing", true);
        fields::fill(&form, draft);
    }

    /// Closes the fields.
    pub fn end_edit(&self) {
        if let Some(form) = dom::find(&self.element, ".task-edit-form") {
            form.remove();
        }
        dom::set_flag(&self.element, "data-editing", false);
        dom::focus(&dom::part(&self.element, ".task-edit"));
    }

    /// Shows the row on top, where the list's filter lets it pass.
    pub fn prepend(&self, root: &Element) {
        self.restore(root, &Place { next: None });
    }

    /// Whether the list's filter lets the row pass.
    #[must_use]
    pub fn fits(&self, root: &Element) -> bool {
        let filter = dom::attribute(&dom::part(root, "#task-view"), "data-completed");
        filter.is_empty() || filter == dom::attribute(&self.element, "data-completed")
    }

    /// Takes the row out of the list. Where it had the focus, its neighbour gets it: the
    /// next, else the previous, else the form for a new task.
    #[must_use]
    pub fn detach(&self, root: &Element) -> Place {
        let had_focus = dom::find(&self.element, ":focus").is_some();
        let next = dynamic::element(&self.element, "nextElementSibling");
        let previous = dynamic::element(&self.element, "previousElementSibling");
        self.element.remove();
        if had_focus {
            let part = |row: &Element| dom::find(row, ".task-toggle, a");
            let neighbour =
                next.as_ref().and_then(part).or_else(|| previous.as_ref().and_then(part));
            dom::focus(&neighbour.unwrap_or_else(|| dom::part(root, "#title")));
        }
        Place { next }
    }

    /// Puts the row back where it stood, or on top where its neighbour is gone; nowhere
    /// where the list's filter does not let it pass.
    pub fn restore(&self, root: &Element, place: &Place) {
        if !self.fits(root) {
            return;
        }
        let list = dom::part(root, "#tasks");
        let next = place.next.clone().filter(|next| dynamic::flag(next, "isConnected"));
        let before = next.or_else(|| dynamic::element(&list, "firstElementChild"));
        dom::insert(&list, &self.element, before.as_ref());
    }
}

/// Adds to the counts: to that of all tasks, and to that of the done or the open ones.
pub fn count(root: &Element, by: i64, completed: bool) {
    let part = if completed { "#stats-completed" } else { "#stats-pending" };
    for selector in ["#stats-total", part] {
        let element = dom::part(root, selector);
        let number = whole(&dynamic::text_or_empty(&element, "textContent")).unwrap_or(0) + by;
        dom::set_text(&element, &decimal::text(number.unsigned_abs()));
    }
}

fn whole(digits: &str) -> Option<i64> {
    i64::try_from(decimal::parse(digits.as_bytes())?).ok()
}
