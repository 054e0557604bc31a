//! The form for a new task.

use api_types::limits::{DESCRIPTION_MAX_CHARS, TITLE_MAX_CHARS};
use web_sys::Element;

use crate::{dom, dynamic};

/// The form, its fields and their messages.
pub struct FormView {
    form: Element,
    title: Field,
    description: Field,
    button: Element,
}

struct Field {
    input: Element,
    message: Element,
}

/// What a person typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// As typed; the server trims it.
    pub title: String,
    /// As typed.
    pub description: String,
}

impl Draft {
    /// What is wrong with the title, in the server's terms.
    #[must_use]
    pub fn title_problem(&self) -> &'static str {
        match trimmed_chars(&self.title) {
            0 => "Enter a title.",
            1..=TITLE_MAX_CHARS => "",
            _ => "A title has at most 200 characters.",
        }
    }

    /// What is wrong with the description.
    #[must_use]
    pub fn description_problem(&self) -> &'static str {
        if trimmed_chars(&self.description) > DESCRIPTION_MAX_CHARS {
            "A description has at most 10000 characters."
        } else {
            ""
        }
    }
}

/// The Unicode scalar values of a text, white space around it left out: what the server
/// counts.
fn trimmed_chars(text: &str) -> usize {
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

impl FormView {
    /// Takes the server's form over; from here on the app words the messages.
    #[must_use]
    pub fn new(root: &Element) -> Self {
        let form = dom::part(root, "#task-form");
        dom::set_flag(&form, "novalidate", true);
        Self {
            title: Field::new(&form, "#title", "#title-error"),
            description: Field::new(&form, "#description", "#description-error"),
            button: dom::part(&form, "#add"),
            form,
        }
    }

    /// Where `submit` and the button's `click` arrive.
    #[must_use]
    pub fn element(&self) -> &Element {
        &self.form
    }

    /// Whether a request of the form is under way.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        dom::has_flag(&self.button, "disabled")
    }

    /// While a request is under way the button takes no further one.
    pub fn set_busy(&self, busy: bool) {
        dom::set_flag(&self.button, "disabled", busy);
    }

    /// What stands in the fields.
    #[must_use]
    pub fn draft(&self) -> Draft {
        Draft { title: self.title.value(), description: self.description.value() }
    }

    /// Shows what is wrong with the draft and moves to the first wrong field; says
    /// whether the draft may be sent.
    #[must_use]
    pub fn check(&self, draft: &Draft) -> bool {
        let (title, description) = (draft.title_problem(), draft.description_problem());
        self.title.mark(title);
        self.description.mark(description);
        if !title.is_empty() {
            dom::focus(&self.title.input);
        } else if !description.is_empty() {
            dom::focus(&self.description.input);
        }
        title.is_empty() && description.is_empty()
    }

    /// Empties the form for the next task, unless the person has typed on meanwhile.
    pub fn clear(&self, sent: &Draft) {
        if self.draft() == *sent {
            self.title.empty();
            self.description.empty();
            self.focus();
        }
    }

    /// Moves to the title.
    pub fn focus(&self) {
        dom::focus(&self.title.input);
    }
}

impl Field {
    fn new(form: &Element, input: &str, message: &str) -> Self {
        Self { input: dom::part(form, input), message: dom::part(form, message) }
    }

    fn value(&self) -> String {
        dynamic::text(&self.input, "value").unwrap_or_default()
    }

    fn empty(&self) {
        dynamic::set(&self.input, "value", &"".into());
    }

    fn mark(&self, problem: &str) {
        dom::set_text(&self.message, problem);
        let invalid = if problem.is_empty() { "false" } else { "true" };
        dom::set_attributes(&self.input, &[("aria-invalid", invalid)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(title: &str, description: &str) -> (&'static str, &'static str) {
        let draft = Draft { title: title.into(), description: description.into() };
        (draft.title_problem(), draft.description_problem())
    }

    #[test]
    fn limits_are_the_servers() {
        let longest = "🦀".repeat(TITLE_MAX_CHARS);
        assert_eq!(problems("x", ""), ("", ""));
        assert_eq!(problems(&format!(" \u{3000}{longest} \n"), ""), ("", ""));
        assert_eq!(problems("a b", &"é".repeat(DESCRIPTION_MAX_CHARS)), ("", ""));
        assert_eq!(trimmed_chars(" a  b "), 4);
    }

    #[test]
    fn problems_are_told_with_the_limit() {
        assert_eq!(problems(" \t\n\u{3000}", "").0, "Enter a title.");
        let too_long = "é".repeat(DESCRIPTION_MAX_CHARS + 1);
        let (title, description) = problems(&too_long, &too_long);
        assert!(title.contains(&TITLE_MAX_CHARS.to_string()));
        assert!(description.contains(&DESCRIPTION_MAX_CHARS.to_string()));
    }
}
