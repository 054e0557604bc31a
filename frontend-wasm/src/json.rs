//! The bodies that the page sends.

use crate::tracer::encode::push_string;
use crate::views::fields::Draft;

/// The body of a create, and of a change of the texts.
#[must_use]
pub fn texts(draft: &Draft) -> String {
    let mut json = String::from(r#"{"title":"#);
    push_string(&mut json, &draft.title);
    json.push_str(r#","description":"#);
    push_string(&mut json, &draft.description);
    json.push('}');
    json
}

/// The body of a change that marks a task as done or not.
#[must_use]
pub fn completion(completed: bool) -> String {
    let body = if completed { r#"{"completed":true}"# } else { r#"{"completed":false}"# };
    body.into()
}

#[cfg(test)]
mod tests {
    use api_types::task::{CreateTask, UpdateTask};

    use super::*;

    #[test]
    fn bodies_are_what_the_api_reads() {
        let title = "\"quoted\" \\ 🦀".to_owned();
        let description = "two\nlines\u{0}".repeat(5000);
        let json = texts(&Draft { title: title.clone(), description: description.clone() });
        let created: CreateTask = serde_json::from_str(&json).unwrap();
        assert_eq!((&created.title, &created.description), (&title, &Some(description.clone())));
        let changed: UpdateTask = serde_json::from_str(&json).unwrap();
        let expected = UpdateTask {
            title: Some(title),
            description: Some(description),
            ..UpdateTask::default()
        };
        assert_eq!(changed, expected);
        for completed in [true, false] {
            let body: UpdateTask = serde_json::from_str(&completion(completed)).unwrap();
            let expected = UpdateTask { completed: Some(completed), ..UpdateTask::default() };
            assert_eq!(body, expected);
        }
    }
}
