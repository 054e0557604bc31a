//! The line that says how the last action went; a live region.

use web_sys::Element;

use crate::dom;

/// The notice and its link to the trace panel.
pub struct NoticeView {
    region: Element,
}

impl NoticeView {
    /// Takes the server's notice over.
    #[must_use]
    pub fn new(root: &Element) -> Self {
        Self { region: dom::part(root, "#notice") }
    }

    /// Something worked. The link shows the beginning of the trace id.
    pub fn done(&self, message: &str, trace_id: &str) {
        let start = trace_id.get(..8).unwrap_or(trace_id);
        self.show("status", "done", message, start);
    }

    /// Something failed. The whole trace id is shown, for the person to pass on, and an
    /// alert interrupts what a screen reader is reading.
    pub fn failed(&self, message: &str, trace_id: &str) {
        self.show("alert", "error", message, trace_id);
    }

    fn show(&self, role: &str, kind: &str, message: &str, trace: &str) {
        dom::set_attributes(&self.region, &[("role", role), ("data-kind", kind)]);
        dom::set_texts(&self.region, &[("#notice-text", message), ("#notice-trace-id", trace)]);
        dom::set_flag(&dom::part(&self.region, "#notice-trace"), "hidden", false);
    }
}
