//! Whether the server answers, and which alerts fire.

use api_types::decimal;
use wasm_bindgen::JsValue;

use super::App;
use crate::http::{self, Answer};
use crate::{api, dom, dynamic};

/// How often the server is asked while it does not answer, in milliseconds.
const PERIOD_MS: u32 = 5_000;
/// Of so many times one is enough while it does.
const CALM: u64 = 6;

impl App {
    /// Asks what fires while somebody looks at the page. The markup says after how many
    /// periods it begins.
    pub(super) async fn watch(&'static self) {
        let due = dom::attribute(&self.part("#alerts"), "data-due");
        let mut left = decimal::parse(due.as_bytes()).unwrap_or(0);
        loop {
            let is_up = dom::attribute(&self.part("#connection"), "data-state") == "up";
            let document = dynamic::get(self.tracer.window(), "document");
            if (left == 0 || !is_up) && !dynamic::flag(&document, "hidden") {
                let answer = http::send(&api::look("/api/alerts")).await;
                self.set_connection(answer.is_ok());
                // A server without alerts has no such address.
                if let Ok(Answer { status: 200, body, .. }) = answer {
                    self.show_alerts(&dynamic::get(&body, "alerts"));
                }
                left = CALM;
            }
            left = left.saturating_sub(1);
            let _ = dom::sleep(self.tracer.window(), PERIOD_MS).await;
        }
    }

    /// Shows what fires; the same again is not told again.
    fn show_alerts(&self, alerts: &JsValue) {
        let banner = self.part("#alerts");
        let mut shown = String::new();
        dynamic::each(alerts, &mut |alert| {
            for name in ["name", "summary"] {
                shown.push_str(&dynamic::text_or_empty(&alert, name));
            }
        });
        if dom::attribute(&banner, "data-shown") == shown {
            return;
        }
        dom::set_attributes(&banner, &[("data-shown", &shown)]);
        dom::set_text(&banner, "");
        dynamic::each(alerts, &mut |alert| {
            let told = |name| dynamic::text_or_empty(&alert, name);
            let item = dom::stamp(&self.root, "#alert-template");
            dom::set_texts(&item, &[("b", &told("name")), ("span", &told("summary"))]);
            dom::set_attributes(&item, &[("data-severity", &told("severity"))]);
            dom::insert(&banner, &item, None);
        });
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
