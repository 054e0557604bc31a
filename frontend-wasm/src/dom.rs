//! The page: lookups, template cloning, event listeners and pauses.
//!
//! What a lookup does not find was never there: page and program do not belong together.
//! It throws, naming what is missing, for the console; an app that cannot start leaves
//! the server's page as it is.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen::throw_str;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Event, EventTarget, HtmlElement, Window};

use crate::dynamic;

/// The window and the document's root element.
#[must_use]
pub fn page() -> (Window, Element) {
    let window: Window = js_sys::global().unchecked_into();
    let document = dynamic::get(&window, "document");
    let root = dynamic::get(&document, "documentElement").unchecked_into();
    (window, root)
}

/// The first descendant that matches `selector`, if there is one.
#[inline(never)]
#[must_use]
pub fn find(parent: &Element, selector: &str) -> Option<Element> {
    parent.query_selector(selector).ok().flatten()
}

/// The first descendant that matches `selector`.
#[inline(never)]
#[must_use]
pub fn part(parent: &Element, selector: &str) -> Element {
    match find(parent, selector) {
        Some(part) => part,
        None => throw_str(selector),
    }
}

/// Replaces the text of an element.
#[inline(never)]
pub fn set_text(element: &Element, text: &str) {
    dynamic::set(element, "textContent", &text.into());
}

/// Replaces the texts of descendants: pairs of a selector and a text.
#[inline(never)]
pub fn set_texts(parent: &Element, texts: &[(&str, &str)]) {
    for (selector, text) in texts {
        set_text(&part(parent, selector), text);
    }
}

/// Sets attributes: pairs of a name and a value.
#[inline(never)]
pub fn set_attributes(element: &Element, attributes: &[(&str, &str)]) {
    for (name, value) in attributes {
        // Fails for a malformed name only.
        let _ = element.set_attribute(name, value);
    }
}

/// Sets or removes an attribute whose presence is its value.
#[inline(never)]
pub fn set_flag(element: &Element, name: &str, on: bool) {
    // Fails for a malformed name only.
    let _ = element.toggle_attribute_with_force(name, on);
}

/// The value of an attribute; empty where it is not there.
#[inline(never)]
#[must_use]
pub fn attribute(element: &Element, name: &str) -> String {
    element.get_attribute(name).unwrap_or_default()
}

/// Marks an element whose content is on its way.
pub fn set_busy(element: &Element, busy: bool) {
    set_attributes(element, &[("aria-busy", if busy { "true" } else { "false" })]);
}

/// Whether an attribute is there.
#[inline(never)]
#[must_use]
pub fn has_flag(element: &Element, name: &str) -> bool {
    element.get_attribute(name).is_some()
}

/// Puts `child` before another child, or last.
#[inline(never)]
pub fn insert(parent: &Element, child: &Element, before: Option<&Element>) {
    // Fails for no element of another parent: `before` is always the list's own.
    let _ = parent.insert_before(child, before.map(AsRef::as_ref));
}

/// A fresh copy of the only element of a `<template>` in the page. `near` is any element
/// that is in the page already: a fresh copy still belongs to the template's own document.
#[inline(never)]
#[must_use]
pub fn stamp(near: &Element, template: &str) -> Element {
    let document: Element = dynamic::get(near, "ownerDocument").unchecked_into();
    let content = dynamic::get(&part(&document, template), "content");
    let element: Element = dynamic::get(&content, "firstElementChild").unchecked_into();
    match element.clone_node_with_deep(true) {
        Ok(copy) => copy.unchecked_into(),
        Err(_) => throw_str(template),
    }
}

/// Moves the focus.
pub fn focus(element: &Element) {
    // Fails for no element of a page.
    let _ = element.unchecked_ref::<HtmlElement>().focus();
}

/// Presses a button.
pub fn click(element: &Element) {
    element.unchecked_ref::<HtmlElement>().click();
}

/// Whether an element matches.
#[must_use]
pub fn matches(element: &Element, selector: &str) -> bool {
    element.matches(selector).unwrap_or(false)
}

/// The element itself, or its closest ancestor, that matches.
#[inline(never)]
#[must_use]
pub fn ancestor(element: &Element, selector: &str) -> Option<Element> {
    element.closest(selector).ok()?
}

/// The element that an event happened in, or its closest ancestor, that matches.
#[inline(never)]
#[must_use]
pub fn closest(event: &Event, selector: &str) -> Option<Element> {
    // The listeners that ask sit on elements, so that only elements are targets.
    ancestor(&dynamic::element(event, "target")?, selector)
}

/// A pause, to be awaited; its outcome says nothing.
#[inline(never)]
#[must_use]
pub fn sleep(window: &Window, ms: u32) -> JsFuture {
    let ms = i32::try_from(ms).unwrap_or(i32::MAX);
    JsFuture::from(Promise::new(&mut |resolve, _| {
        // Fails in no browser: the callback is a function and the pause a number.
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
    }))
}

/// An event listener that is removed when it is dropped.
pub struct Listener {
    target: EventTarget,
    kind: &'static str,
    closure: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Calls `handler` for every event of this kind that reaches `target`, on its way down:
    /// before what other listeners do with it.
    #[must_use]
    pub fn new(target: &EventTarget, kind: &'static str, handler: Box<dyn FnMut(Event)>) -> Self {
        let closure = Closure::wrap(handler);
        // Fails for no function.
        let callback = closure.as_ref().unchecked_ref();
        let _ = target.add_event_listener_with_callback_and_bool(kind, callback, true);
        Self { target: target.clone(), kind, closure }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let callback = self.closure.as_ref().unchecked_ref();
        // Fails for no listener that was ever added.
        let _ = self.target.remove_event_listener_with_callback_and_bool(self.kind, callback, true);
    }
}
