//! Short notices how an action went, in two live regions: failures interrupt what a screen
//! reader is reading, everything else waits.

use web_sys::Element;

use crate::dom;

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something worked.
    Done,
    /// Something worked and can be undone for a while.
    Undoable,
    /// Something failed. It stays until it is dismissed.
    Failed,
}

/// Notices that something worked, beyond so many newer ones, are no longer read.
const OLD: &str = "[data-kind=done]:nth-last-child(n + 5)";
/// Failures that nobody dismisses are more than this only where nobody reads them.
const TOO_MANY: &str = ":scope > :nth-last-child(21)";

/// Shows a notice and gives its element. `trace_id` is where to look, if anywhere.
#[must_use]
pub fn show(root: &Element, kind: Kind, message: &str, trace_id: &str) -> Element {
    let toast = dom::stamp(root, "#toast-template");
    let (region, name, excess) = match kind {
        Kind::Done => ("#toasts-told", "done", OLD),
        Kind::Undoable => ("#toasts-told", "undo", OLD),
        Kind::Failed => ("#toasts-failed", "failed", TOO_MANY),
    };
    let list = dom::part(root, region);
    let start = trace_id.get(..8).unwrap_or_default();
    dom::set_attributes(&toast, &[("data-kind", name)]);
    dom::set_texts(&toast, &[(".toast-text", message), (".toast-trace-id", start)]);
    let link = dom::part(&toast, ".toast-trace");
    dom::set_attributes(&link, &[("data-trace-id", trace_id)]);
    dom::set_flag(&link, "hidden", trace_id.is_empty());
    dom::insert(&list, &toast, None);
    if let Some(oldest) = dom::find(&list, excess) {
        oldest.remove();
    }
    toast
}
