//! One visit of one tab.

use wasm_bindgen::JsValue;
use web_sys::Window;

use crate::dynamic;

const KEY: &str = "lab.session.id";

/// The id that this tab keeps across reloads; `fresh` makes one for a new tab, and for
/// every page where the browser keeps nothing.
pub fn id(window: &Window, fresh: impl FnOnce() -> String) -> String {
    // A forbidden storage reads as a missing one, and writing to it does nothing.
    let storage = dynamic::get(window, "sessionStorage");
    match dynamic::text(&storage, KEY) {
        Some(id) if is_id(&id) => id,
        _ => {
            let id = fresh();
            dynamic::set(&storage, KEY, &JsValue::from_str(&id));
            id
        }
    }
}

/// 32 hexadecimal digits: whatever else stands there is not ours.
fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_values_are_no_session() {
        assert!(is_id("0123456789abcdef0123456789abcdef"));
        assert!(!is_id("0123456789abcdef0123456789abcdeg"));
        assert!(!is_id(""));
    }
}
