//! Going away, and back and forth: between addresses of this page, and to a page that the
//! browser kept as it was left.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Event;

use super::context::SpanContext;
use super::origin::without_fragment;
use super::span::{Kind, Parent};
use super::{Tracer, begin, browser, names};
use crate::dom::Listener;
use crate::{dynamic, spawn};

impl Tracer {
    /// The change of address that is under way, for what the application does because of
    /// it; none once the new picture is on the screen.
    #[must_use]
    pub fn route_change(self) -> Option<SpanContext> {
        self.inner.route_change.get()
    }

    /// Records `routeChange` and `documentRestore`, and whatever ends with the page.
    pub(super) fn watch_routes(self) {
        let on = |target: &JsValue, kind, handler: fn(Self, &Event)| {
            let call = Box::new(move |event: Event| handler(self, &event));
            // For as long as the page lives.
            std::mem::forget(Listener::new(target.unchecked_ref(), kind, call));
        };
        on(self.window(), "pageshow", Self::page_shown);
        on(self.window(), "pagehide", |tracer, _| tracer.page_hidden());
        // The Navigation API comes before `popstate`, and tells where from.
        let navigation = dynamic::get(self.window(), "navigation");
        if navigation.is_truthy() {
            on(&navigation, "currententrychange", Self::route_changed);
        }
    }

    /// Back or forth to another address; an application that goes on by itself does so in
    /// an interaction. A fragment leads to another place of the same page.
    fn route_changed(self, event: &Event) {
        let is_back_or_forth = dynamic::text_or_empty(event, "navigationType") == "traverse";
        let address =
            |holder: &JsValue, name| without_fragment(dynamic::text_or_empty(holder, name));
        let from = address(&dynamic::get(event, "from"), "url");
        if is_back_or_forth && from != address(&self.inner.location, "href") {
            let context = self.until_painted("routeChange", event);
            self.inner.route_change.set(Some(context));
        }
    }

    /// A page from the back/forward cache is a new visit, and a trace of its own.
    fn page_shown(self, event: &Event) {
        if dynamic::flag(event, "persisted") {
            let context = self.until_painted("documentRestore", event);
            self.inner.page.set(context);
            browser::set_page(&context.traceparent());
        }
    }

    /// Begins a trace whose root ends with the page's next picture.
    fn until_painted(self, name: &'static str, event: &Event) -> SpanContext {
        self.clock().settle();
        let (context, start_ns) = (self.new_trace(), self.clock().event_ns(event));
        let mut span = begin(context, Parent::None, Kind::Internal, name.into(), start_ns);
        span.text(names::URL_PATH, self.path());
        self.open(span);
        spawn(async move {
            // It is never rejected.
            let _ = JsFuture::from(browser::painted()).await;
            self.close(context.span_id, |_| {});
            self.inner.route_change.set(None);
        });
        context
    }
}
