//! The notices' end: by themselves, or because somebody dismisses them.

use std::cell::RefCell;

use web_sys::{Element, Event};

use super::App;
use crate::{dom, dynamic};

/// How often is looked whether somebody is still at a notice, in milliseconds.
const LOOK_MS: u32 = 500;

/// Where the focus was before it came to the notices.
#[derive(Default)]
pub(super) struct Origin(RefCell<Option<Element>>);

impl Origin {
    /// The focus moves.
    pub(super) fn note(&self, event: &Event) {
        let outside = |element: &Element| dom::ancestor(element, "#toasts").is_none();
        if dom::closest(event, "#toasts").is_some() {
            if let Some(from) = dynamic::element(event, "relatedTarget").filter(outside) {
                self.0.replace(Some(from));
            }
        }
    }
}

impl App {
    /// Takes a notice away that somebody has read. The keyboard goes on at the next one, or
    /// where it came from; a pointer stays where it is.
    pub(super) fn dismiss(&self, toast: &Element) {
        let had_focus = dom::find(toast, ":focus").is_some();
        let neighbour = dynamic::element(toast, "nextElementSibling")
            .or_else(|| dynamic::element(toast, "previousElementSibling"));
        toast.remove();
        if had_focus && !self.pointer.get() {
            let next = neighbour.and_then(|toast| dom::find(&toast, ".toast-close"));
            let before = || self.origin.0.take().filter(|from| dynamic::flag(from, "isConnected"));
            dom::focus(&next.or_else(before).unwrap_or_else(|| self.part("#title")));
        }
    }

    /// Takes a notice away after a while, but not while somebody is at it.
    pub(super) async fn expire(&self, toast: &Element, ms: u32) {
        let _ = dom::sleep(self.tracer.window(), ms).await;
        while dom::matches(toast, ":is(:hover, :focus-within)") {
            let _ = dom::sleep(self.tracer.window(), LOOK_MS).await;
        }
        toast.remove();
    }
}
