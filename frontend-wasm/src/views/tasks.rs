//! The list of tasks and the counts above it.

use std::cell::Cell;

use api_types::decimal;
use api_types::task::Task;
use wasm_bindgen::JsValue;
use web_sys::Element;

use crate::{dom, dynamic};

/// The list, its empty state, the counts and the link to older tasks.
pub struct TasksView {
    document: JsValue,
    list: Element,
    empty: Element,
    older: Option<Element>,
    total: Count,
    completed: Count,
    pending: Count,
}

/// A number above the list.
struct Count {
    element: Element,
    number: Cell<i64>,
}

/// A task's row under a button that was pressed.
pub struct Row {
    element: Element,
    button: Element,
    /// The task's id.
    pub id: i64,
    /// Whether the row shows it as done.
    pub completed: bool,
    focused: bool,
}

impl TasksView {
    /// Takes the server's list over: its buttons work from here on.
    #[must_use]
    pub fn new(root: &Element) -> Self {
        let list = dom::part(root, "#tasks");
        let mut row = dynamic::element(&list, "firstElementChild");
        while let Some(current) = row {
            set_buttons(&current, false);
            row = dynamic::element(&current, "nextElementSibling");
        }
        Self {
            document: dynamic::get(root, "ownerDocument"),
            list,
            empty: dom::part(root, "#empty"),
            older: dom::find(root, "#older"),
            total: Count::new(root, "#stats-total"),
            completed: Count::new(root, "#stats-completed"),
            pending: Count::new(root, "#stats-pending"),
        }
    }

    /// Where the clicks on all rows arrive.
    #[must_use]
    pub fn element(&self) -> &Element {
        &self.list
    }

    /// The link to older tasks, where the server gave one.
    #[must_use]
    pub fn older(&self) -> Option<&Element> {
        self.older.as_ref()
    }

    /// The row of a pressed button.
    #[must_use]
    pub fn row(&self, button: Element) -> Option<Row> {
        let element = button.closest(".task").ok()??;
        Some(Row {
            id: whole(&element.get_attribute("data-id")?)?,
            completed: element.get_attribute("data-completed")? == "true",
            focused: dynamic::element(&self.document, "activeElement").as_ref() == Some(&button),
            button,
            element,
        })
    }

    /// Shows a new task on top.
    pub fn prepend(&self, task: &Task) {
        self.insert(task, dynamic::element(&self.list, "firstElementChild").as_ref());
        self.count(1, task.completed);
        dom::set_flag(&self.empty, "hidden", true);
    }

    /// Shows an older task at the end.
    pub fn append(&self, task: &Task) {
        self.insert(task, None);
    }

    /// Where the link to older tasks leads from now on; without a cursor it goes.
    pub fn set_next(&self, next: Option<&str>) {
        match (&self.older, next) {
            (Some(link), Some(next)) => dom::set_attributes(link, &[("data-after", next)]),
            (Some(link), None) => link.remove(),
            (None, _) => {}
        }
    }

    /// While older tasks are on their way the link asks for no more.
    pub fn set_older_busy(&self, busy: bool) {
        if let Some(link) = &self.older {
            dom::set_flag(link, "data-busy", busy);
        }
    }

    /// Shows the changed task.
    pub fn update(&self, row: &Row, task: &Task) {
        fill(&row.element, task);
        self.count(-1, row.completed);
        self.count(1, task.completed);
    }

    /// Takes the row away. Where it had the focus, its neighbour's button gets it: the
    /// next, else the previous; `false` when there is none.
    pub fn remove(&self, row: &Row) -> bool {
        let element = &row.element;
        let neighbour = dynamic::element(element, "nextElementSibling")
            .or_else(|| dynamic::element(element, "previousElementSibling"));
        element.remove();
        self.count(-1, row.completed);
        dom::set_flag(&self.empty, "hidden", neighbour.is_some());
        match neighbour {
            Some(neighbour) if row.focused => {
                dom::focus(&dom::part(&neighbour, ".task-delete"));
                true
            }
            Some(_) => true,
            None => !row.focused,
        }
    }

    /// While a request is under way the row takes no further one.
    pub fn set_busy(&self, row: &Row, busy: bool) {
        let value = if busy { "true" } else { "false" };
        dom::set_attributes(&row.element, &[("aria-busy", value)]);
        set_buttons(&row.element, busy);
        // A disabled button loses the focus; it gets it back unless the person went on.
        let active = dynamic::element(&self.document, "activeElement");
        let body = dynamic::element(&self.document, "body");
        let nowhere = active == body || active.as_ref() == Some(&row.button);
        if !busy && row.focused && nowhere {
            dom::focus(&row.button);
        }
    }

    fn insert(&self, task: &Task, before: Option<&Element>) {
        let row = dom::stamp(&self.list, "#task-template");
        fill(&row, task);
        set_buttons(&row, false);
        dom::insert(&self.list, &row, before);
    }

    fn count(&self, by: i64, completed: bool) {
        self.total.add(by);
        let part = if completed { &self.completed } else { &self.pending };
        part.add(by);
    }
}

impl Count {
    fn new(root: &Element, selector: &str) -> Self {
        let element = dom::part(root, selector);
        let text = dynamic::text_or_empty(&element, "textContent");
        Self { number: Cell::new(whole(&text).unwrap_or(0)), element }
    }

    fn add(&self, by: i64) {
        let number = self.number.get() + by;
        self.number.set(number);
        let text = decimal::text(number.unsigned_abs());
        dom::set_text(&self.element, &text);
    }
}

fn fill(row: &Element, task: &Task) {
    let completed = if task.completed { "true" } else { "false" };
    let id = decimal::text(task.id.unsigned_abs());
    dom::set_attributes(row, &[("data-id", &id), ("data-completed", completed)]);
    dom::set_texts(
        row,
        &[
            (".task-title", &task.title),
            (".task-description", &task.description),
            (".task-toggle .task-name", &task.title),
            (".task-delete .task-name", &task.title),
        ],
    );
    let created = task.created_at;
    dom::set_time(row, ".task-created", created, &created.minute_text());
}

fn set_buttons(row: &Element, disabled: bool) {
    for selector in [".task-toggle", ".task-delete"] {
        dom::set_flag(&dom::part(row, selector), "disabled", disabled);
    }
}

fn whole(digits: &str) -> Option<i64> {
    i64::try_from(decimal::parse(digits.as_bytes())?).ok()
}
