//! Whether the server answers, and which alerts fire.

use api_types::routes;
use wasm_bindgen::JsValue;

use super::App;
use crate::http::{self, Answer};
use crate::{api, dom, dynamic};

/// How often the server is asked while it does not answer, in milliseconds.
const PERIOD_MS: u32 = 5_000;
/// Of so many times one is enough while it does.
const CALM: u32 = 6;

impl App {
    /// Asks what fires while somebody looks at the page.
    pub(super) async fn watch(&'static self) {
        let mut shown = JsValue::UNDEFINED;
        let mut left = CALM;
        loop {
            let _ = dom::sleep(self.tracer.window(), PERIOD_MS).await;
            left = left.saturating_sub(1);
            let is_up = dom::attribute(&self.part("#connection"), "data-state") == "up";
            let document = dynamic::get(self.tracer.window(), "document");
            if (left > 0 && is_up) || dynamic::flag(&document, "hidden") {
                continue;
            }
            left = CALM;
            let answer = http::send(&api::look(routes::ALERTS_FRAGMENT)).await;
            self.set_connection(answer.is_ok());
            // The same again is not told again.
            if let Ok(Answer { status: 200, body, .. }) = answer {
                if body != shown {
                    dynamic::set(&self.part("#alerts"), "innerHTML", &body);
                    shown = body;
                }
            }
        }
    }

    /// The browser says that it went online or offline.
    pub(super) fn check_connection(&'static self) {
        let navigator = dynamic::get(self.tracer.window(), "navigator");
        self.set_connection(dynamic::flag(&navigator, "onLine"));
    }

    /// A request was answered, or not.
    pub(super) fn set_connection(&self, is_up: bool) {
        let navigator = dynamic::get(self.tracer.window(), "navigator");
        let state = match (is_up, dynamic::flag(&navigator, "onLine")) {
            (_, false) => "offline",
            (false, true) => "down",
            (true, true) => "up",
        };
        dom::set_attributes(&self.part("#connection"), &[("data-state", state)]);
    }
}
