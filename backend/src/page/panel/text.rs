//! Texts of other programs, cut to what a page can hold.

use std::fmt::Display;

/// Characters of a span's or an attribute's name.
const NAME_MAX_CHARS: usize = 200;
/// Characters of one value.
const VALUE_MAX_CHARS: usize = 2_000;

/// Bytes that the values of a whole trace may still take: attributes are bounded each,
/// but a thousand spans of them are not.
pub(super) struct Room(usize);

impl Default for Room {
    fn default() -> Self {
        Self(512 * 1024)
    }
}

impl Room {
    /// A value as far as there is room for it.
    pub(super) fn value(&mut self, value: &impl Display) -> String {
        if self.0 == 0 {
            return "…".to_owned();
        }
        let text = cut(&value.to_string(), VALUE_MAX_CHARS);
        self.0 = self.0.saturating_sub(text.len());
        text
    }
}

/// A name, of a span for one.
pub(super) fn name(text: &str) -> String {
    cut(text, NAME_MAX_CHARS)
}

fn cut(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(name("short"), "short");
        let long = "é".repeat(NAME_MAX_CHARS + 1);
        assert_eq!(name(&long), format!("{}…", "é".repeat(NAME_MAX_CHARS)));
    }

    #[test]
    fn a_trace_has_room_for_so_many_values() {
        let mut room = Room(10);
        assert_eq!(room.value(&"12345678901234"), "12345678901234");
        assert_eq!(room.value(&7), "…");
    }
}
