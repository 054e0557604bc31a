//! Copying the id of the trace on show.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Element;

use super::App;
use crate::views::toasts::{self, Kind};
use crate::{dom, spawn};

/// How long a button says that it has copied, in milliseconds.
const COPIED_MS: u32 = 2_000;
const REFUSED: &str = "The browser does not let the page copy. A click on the id selects it.";

#[wasm_bindgen(module = "/src/copy.js")]
extern "C" {
    /// Copies a text; resolves to whether that was possible.
    fn copy(text: &str) -> Promise;
}

impl App {
    pub(super) fn copy_id(&'static self, button: Element) {
        let copied = copy(&dom::attribute(&self.part("#trace"), "data-trace-id"));
        spawn(async move {
            if JsFuture::from(copied).await.is_ok_and(|copied| copied.is_truthy()) {
                dom::set_flag(&button, "data-copied", true);
                let _ = dom::sleep(self.tracer.window(), COPIED_MS).await;
                dom::set_flag(&button, "data-copied", false);
            } else {
                let _toast = toasts::show(&self.root, Kind::Failed, REFUSED, "");
            }
        });
    }
}
