//! JavaScript values whose members are looked up by name: parsed answers, and the
//! browser's objects where a binding per property would be the larger way.
//!
//! Answers are parsed by the browser. A parser in the module would cost more than the
//! whole tracer: with `serde_json` and the number tables behind it the page's code is
//! half as large again.
//!
//! Looking for a member that is not there, also in something that is no object, yields
//! `undefined`.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use web_sys::Element;

/// A member.
#[inline(never)]
#[must_use]
pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

/// A member that is a text.
#[inline(never)]
#[must_use]
pub fn text(object: &JsValue, name: &str) -> Option<String> {
    get(object, name).as_string()
}

/// A member that is a text; empty when it is not.
#[inline(never)]
#[must_use]
pub fn text_or_empty(object: &JsValue, name: &str) -> String {
    text(object, name).unwrap_or_default()
}

/// A member that is a number.
#[inline(never)]
#[must_use]
pub fn number(object: &JsValue, name: &str) -> Option<f64> {
    get(object, name).as_f64()
}

/// A member that is a number, as a whole one; fractions are cut off.
#[inline(never)]
#[must_use]
pub fn int(object: &JsValue, name: &str) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
    let int = number(object, name)? as i64;
    Some(int)
}

/// Whether a member is there and neither false, zero nor an empty text.
#[must_use]
pub fn flag(object: &JsValue, name: &str) -> bool {
    get(object, name).is_truthy()
}

/// A member that is an element, or none.
#[inline(never)]
#[must_use]
pub fn element(object: &JsValue, name: &str) -> Option<Element> {
    let member = get(object, name);
    member.is_truthy().then(|| member.unchecked_into())
}

/// Passes the items of an array on, one after the other; none of anything else.
#[inline(never)]
pub fn each(array: &JsValue, seen: &mut dyn FnMut(JsValue)) {
    for at in 0..int(array, "length").unwrap_or(0) {
        seen(item(array, at));
    }
}

/// Sets a member.
#[inline(never)]
pub fn set(object: &JsValue, name: &str, value: &JsValue) {
    // Fails for none of the objects that the page writes to.
    let _ = Reflect::set(object, &name.into(), value);
}

/// An item of an array, counted from 0.
#[inline(never)]
#[must_use]
pub fn item(array: &JsValue, at: i64) -> JsValue {
    #[expect(clippy::cast_precision_loss, reason = "an array is shorter than 2^32")]
    let at = at as f64;
    Reflect::get(array, &at.into()).unwrap_or_default()
}
