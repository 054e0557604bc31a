//! Deletions that can still be undone. The request is sent when that time is over or the
//! page is left, so that a task keeps its id when it stays. Until it is answered, the task
//! is kept out of every list.

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

/// Those that wait and those under way, the latest last.
#[derive(Default)]
pub(super) struct Deletions(RefCell<Vec<Deletion>>);

struct Deletion {
    row: Row,
    place: Place,
    /// The notice that offers to undo it; none once the request is under way.
    toast: Option<Element>,
}

impl Deletions {
    /// Takes the last that is meant.
    fn take(&self, is_meant: &dyn Fn(&Deletion) -> bool) -> Option<Deletion> {
        let mut all = self.0.borrow_mut();
        let at = all.iter().rposition(is_meant)?;
        Some(all.remove(at))
    }

    /// Takes the one with this notice, or the latest that waits, and its notice away.
    fn end_wait(&self, toast: Option<&Element>) -> Option<Deletion> {
        let mut deletion = self
            .take(&|one| one.toast.is_some() && (toast.is_none() || one.toast.as_ref() == toast))?;
        if let Some(toast) = deletion.toast.take() {
            toast.remove();
        }
        Some(deletion)
    }

    /// The same for one whose request is sent now, and which stays until the answer; its
    /// task's id.
    fn send(&self, toast: Option<&Element>) -> Option<i64> {
        let deletion = self.end_wait(toast)?;
        let id = deletion.row.id;
        self.0.borrow_mut().push(deletion);
        Some(id)
    }

    /// Takes the rows of all out of a list that was fetched anew.
    pub(super) fn hide(&self, root: &Element) {
        for deletion in self.0.borrow_mut().iter_mut() {
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
        self.deletions.0.borrow_mut().push(Deletion { row, place, toast: Some(toast) });
        spawn(async move {
            self.expire(&shown, UNDO_MS).await;
            if let Some(id) = self.deletions.send(Some(&shown)) {
                self.begin(Trigger::UndoTimeout, Deed::Delete(id), None);
            }
        });
    }

    /// Puts the row back that a notice is about, or the one that was deleted last.
    pub(super) fn undo(&self, toast: Option<&Element>) {
        if let Some(deletion) = self.deletions.end_wait(toast) {
            self.put_back(&deletion);
            dom::focus(&dom::part(&deletion.row.element, ".task-delete"));
        }
    }

    fn put_back(&self, Deletion { row, place, .. }: &Deletion) {
        self.count(1, row);
        row.restore(&self.root, place);
    }

    /// The server has answered a deletion: the row comes back unless the task is gone.
    pub(super) fn deleted(&self, id: i64, is_gone: bool) {
        let deletion = self.deletions.take(&|one| one.row.id == id);
        if let Some(deletion) = deletion.filter(|_| !is_gone) {
            self.put_back(&deletion);
        }
    }

    /// The page goes away: what waits is deleted now. Nobody may be there to see the answer,
    /// so that the request has no span of its own; the server's hangs on the root.
    pub(super) fn delete_at_once(&'static self) {
        while let Some(id) = self.deletions.send(None) {
            let interaction = self.tracer.interaction(Trigger::PageHide, Action::DeleteTask, None);
            let trace_id = interaction.context().trace_id.to_hex();
            let request = api::delete(id);
            let call = Call {
                method: request.method,
                url: &request.url,
                body: None,
                traceparent: Some(&interaction.context().traceparent()),
                keepalive: true,
                timeout_ms: UNDO_MS,
            };
            let answer = http::send(&call);
            interaction.end(self.tracer, None);
            spawn(self.tracer.flush());
            // The page may come back as it was left.
            spawn(async move {
                let failure = api::outcome(answer.await).err();
                let failure = failure.filter(|error| !error.is_not_found());
                self.deleted(id, failure.is_none());
                if let Some(error) = failure {
                    let _toast = toasts::show(&self.root, Kind::Failed, &error.detail, &trace_id);
                }
            });
        }
    }
}
