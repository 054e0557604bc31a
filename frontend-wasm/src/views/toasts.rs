//! Short notices how an action went; a live region.

use web_sys::Element;

use crate::dom;

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something worked.
    Done,
    /// Something worked and can be undone for a while.
    Undoable,
    /// Something failed. It stays until it is dismissed, and interrupts what a screen
    /// reader is reading.
    Failed,
}

/// Shows a notice and gives its element. `trace_id` is where to look, if anywhere.
#[must_use]
pub fn show(root: &Element, kind: Kind, message: &str, trace_id: &str) -> Element {
    let list = dom::part(root, "#toasts");
    let toast = dom::stamp(root, "#toast-template");
    let (role, name) = match kind {
        Kind::Done => ("status", "done"),
        Kind::Undoable => ("status", "undo"),
        Kind::Failed => ("alert", "failed"),
    };
    let start = trace_id.get(..8).unwrap_or_default();
    dom::set_attributes(&toast, &[("role", role), ("data-kind", name)]);
    dom::set_texts(&toast, &[(".toast-text", message), (".toast-trace-id", start)]);
    let link = dom::part(&toast, ".toast-trace");
    dom::set_attributes(&link, &[("data-trace-id", trace_id)]);
    dom::set_flag(&link, "hidden", trace_id.is_empty());
    dom::insert(&list, &toast, None);
    // Four are enough to read; a pending deletion does not end with its notice.
    if let Some(oldest) = dom::find(&list, ":nth-last-child(5)") {
        oldest.remove();
    }
    toast
}
