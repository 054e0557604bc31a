//! Going away, and back and forth: between addresses of this page, and to a page that the
//! browser kept as it was left.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Event;

use super::context::SpanContext;
use super::interaction::Interaction;
use super::origin::without_fragment;
use super::span::{Kind, Parent};
use super::{Tracer, begin, browser, names};
use crate::dom::Listener;
use crate::{dynamic, spawn};

/// The span of going back or forth within the page.
const ROUTE_CHANGE: &str = "routeChange";

impl Tracer {
    /// The change of address that an event tells of, for what the application does because
    /// of it: its requests hang on it, and it ends when the application says so rather
    /// than with the next picture.
    #[must_use]
    pub fn route_change(self, event: &Event) -> Interaction {
        let under_way = self.inner.painting.take();
        let context = under_way.unwrap_or_else(|| self.begin_root(ROUTE_CHANGE, event));
        Interaction::of(context, ROUTE_CHANGE)
    }

    /// Notes that the application has gone to another address by itself, which no event
    /// tells where there is no Navigation API.
    pub fn note_address(self) {
        self.inner.address.replace(self.address());
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
        // The Navigation API comes before `popstate`, and tells of every change.
        self.note_address();
        let navigation = dynamic::get(self.window(), "navigation");
        if navigation.is_truthy() {
            on(&navigation, "currententrychange", Self::route_changed);
        } else {
            on(self.window(), "popstate", Self::route_changed);
        }
    }

    /// The page's address. A fragment leads to another place of the same page.
    fn address(self) -> String {
        without_fragment(dynamic::text_or_empty(&self.inner.location, "href"))
    }

    /// Back or forth to another address; an application that goes on by itself does so in
    /// an interaction.
    fn route_changed(self, event: &Event) {
        let is_back_or_forth = dynamic::text_or_empty(event, "type") == "popstate"
            || dynamic::text_or_empty(event, "navigationType") == "traverse";
        let to = self.address();
        let from = self.inner.address.replace(to.clone());
        if is_back_or_forth && from != to {
            self.until_painted(ROUTE_CHANGE, event);
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

    /// Begins a trace at the moment of an event.
    fn begin_root(self, name: &'static str, event: &Event) -> SpanContext {
        self.clock().settle();
        let (context, start_ns) = (self.new_trace(), self.clock().event_ns(event));
        let mut span = begin(context, Parent::None, Kind::Internal, name.into(), start_ns);
        span.text(names::URL_PATH, self.path());
        self.open(span);
        context
    }

    /// Begins a trace whose root ends with the page's next picture, unless the application
    /// goes on with it.
    fn until_painted(self, name: &'static str, event: &Event) -> SpanContext {
        let context = self.begin_root(name, event);
        if let Some(before) = self.inner.painting.replace(Some(context)) {
            self.close(before.span_id, |_| {});
        }
        spawn(async move {
            // It is never rejected.
            let _ = JsFuture::from(browser::painted()).await;
            if self.inner.painting.get() == Some(context) {
                self.inner.painting.set(None);
                self.close(context.span_id, |_| {});
            }
        });
        context
    }
}
