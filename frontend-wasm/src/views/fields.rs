//! The fields of a task, in the form for a new one and where one is edited. Their limits
//! and messages stand in the markup.

use api_types::decimal;
use web_sys::Element;

use crate::{dom, dynamic};

const TITLE: &str = "[name=title]";
const DESCRIPTION: &str = "[name=description]";

/// What a person typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// As typed; the server trims it.
    pub title: String,
    /// As typed.
    pub description: String,
}

/// The Unicode scalar values of a text, white space around it left out: what the server
/// counts.
fn trimmed_chars(text: &str) -> u64 {
    let (mut count, mut space) = (0, 0);
    for character in text.chars() {
        space += 1;
        if !character.is_whitespace() {
            count += space;
            space = 0;
        } else if count == 0 {
            space = 0;
        }
    }
    count
}

/// What stands in the fields of a form.
#[must_use]
pub fn draft(form: &Element) -> Draft {
    let value = |selector| dynamic::text_or_empty(&dom::part(form, selector), "value");
    Draft { title: value(TITLE), description: value(DESCRIPTION) }
}

/// Fills the fields of a form and moves to the title.
pub fn fill(form: &Element, draft: &Draft) {
    for (selector, text) in [(DESCRIPTION, &draft.description), (TITLE, &draft.title)] {
        let input = dom::part(form, selector);
        dynamic::set(&input, "value", &text.into());
        let _fits = check_input(&input, false);
        dom::focus(&input);
    }
}

/// Shows what is wrong with the fields of a form and moves to the first wrong one; says
/// whether they may be sent.
#[must_use]
pub fn check(form: &Element) -> bool {
    let mut fits = true;
    for selector in [DESCRIPTION, TITLE] {
        let input = dom::part(form, selector);
        if !check_input(&input, true) {
            dom::focus(&input);
            fits = false;
        }
    }
    fits
}

/// Counts the characters of a field and shows what is wrong with them; says whether they
/// may be sent. While somebody is
/// typing, an empty field is not wrong yet.
#[must_use]
pub fn check_input(input: &Element, is_done: bool) -> bool {
    let Some(field) = dom::ancestor(input, ".field") else { return true };
    let count = trimmed_chars(&dynamic::text_or_empty(input, "value"));
    let limit = dom::attribute(&field, "data-max");
    let problem = if count == 0 && is_done {
        dom::attribute(&field, "data-empty")
    } else if count > decimal::parse(limit.as_bytes()).unwrap_or(u64::MAX) {
        dom::attribute(&field, "data-long")
    } else {
        String::new()
    };
    let invalid = if problem.is_empty() { "false" } else { "true" };
    dom::set_texts(&field, &[(".count-now", &decimal::text(count)), (".field-error", &problem)]);
    dom::set_attributes(input, &[("aria-invalid", invalid)]);
    problem.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_as_the_server_counts_them() {
        for (text, count) in [("", 0), (" \t\n\u{3000}", 0), (" a  b ", 4), ("\u{3000}🦀é\n", 2)]
        {
            assert_eq!(trimmed_chars(text), count, "{text:?}");
            assert_eq!(trimmed_chars(text), text.trim().chars().count() as u64);
        }
    }
}
