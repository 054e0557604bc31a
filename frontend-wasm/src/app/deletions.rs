//! Deletions that can still be undone. The request is sent when that time is over or the
//! page is left, so that a task keeps its id when it stays.

use std::cell::RefCell;

use web_sys::Element;

use super::App;
use super::actions::Deed;
use crate::http::{self, Call};
use crate::tracer::interaction::{Action, Trigger};
use crate::views::tasks::{self, Place, Row};
use crate::views::toasts::{self, Kind};
use crate::{api, dom, spawn};

/// How long a deletion can be undone, in milliseconds.
const UNDO_MS: u32 = 5_000;

/// Those that wait, the latest last.
#[derive(Default)]
pub(super) struct Deletions {
    waiting: RefCell<Vec<Deletion>>,
}

struct Deletion {
    row: Row,
    place: Place,
    toast: Element,
}

impl Deletions {
    /// Takes the one with this notice, or the latest.
    fn take(&self, toast: Option<&Element>) -> Option<Deletion> {
        let mut waiting = self.waiting.borrow_mut();
        let at = match toast {
            Some(toast) => waiting.iter().position(|one| one.toast == *toast)?,
            None => waiting.len().checked_sub(1)?,
        };
        Some(waiting.remove(at))
    }

    /// Takes the rows of all that wait out of a list that was fetched anew.
    pub(super) fn hide(&self, root: &Element) {
        for deletion in self.waiting.borrow_mut().iter_mut() {
            let mut selector = String::from("[data-id=\"");
            selector.push_str(&dom::attribute(&deletion.row.element, "data-id"));
            selector.push_str("\"]");
            tasks::count(root, -1, deletion.row.completed);
            if let Some(row) = dom::find(root, &selector).and_then(|found| Row::around(&found)) {
                deletion.place = row.detach(root);
                deletion.row = row;
            }
        }
    }
}

impl App {
    /// Takes a row away; the task follows when nobody undoes it in time.
    pub(super) fn delete_later(&'static self, row: Row) {
        let place = row.detach(&self.root);
        self.count(-1, &row);
        let toast = toasts::show(&self.root, Kind::Undoable, "Task deleted.", "");
        let shown = toast.clone();
        self.deletions.waiting.borrow_mut().push(Deletion { row, place, toast });
        spawn(async move {
            self.expire(&shown, UNDO_MS).await;
            if let Some(Deletion { row, place, .. }) = self.deletions.take(Some(&shown)) {
                self.begin(Trigger::UndoTimeout, Deed::Delete(row, place), None);
            }
        });
    }

    /// Puts the row back that a notice is about, or the one that was deleted last.
    pub(super) fn undo(&self, toast: Option<&Element>) {
        if let Some(Deletion { row, place, toast }) = self.deletions.take(toast) {
            toast.remove();
            self.count(1, &row);
            row.restore(&self.root, &place);
            dom::focus(&dom::part(&row.element, ".task-delete"));
        }
    }

    /// The page goes away: what waits is deleted now. Nobody is there to see the answer,
    /// so that the request has no span of its own; the server's hangs on the root.
    pub(super) fn delete_at_once(&'static self) {
        while let Some(Deletion { row, .. }) = self.deletions.take(None) {
            let interaction = self.tracer.interaction(Trigger::PageHide, Action::DeleteTask, None);
            let request = api::delete(row.id);
            let call = Call {
                method: request.method,
                url: &request.url,
                body: None,
                traceparent: Some(&interaction.context().traceparent()),
                keepalive: true,
                timeout_ms: UNDO_MS,
            };
            drop(http::send(&call));
            interaction.end(self.tracer, None);
            spawn(self.tracer.flush());
        }
    }
}
