//! Tasks: parsed values and what may be done to them.

use api_types::limits::{
    DESCRIPTION_MAX_CHARS, LIST_DEFAULT, LIST_MAX, LIST_SHOWN, TITLE_MAX_CHARS,
};
use thiserror::Error;
use time::OffsetDateTime;

/// A title of 1 to 200 characters, trimmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title(String);

/// A description of up to 10 000 characters, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description(String);

/// A stored task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Assigned by the database, never reused.
    pub id: i64,
    /// What is to be done.
    pub title: String,
    /// More about it; may be empty.
    pub description: String,
    /// Whether it is done.
    pub completed: bool,
    /// When it was created, to the microsecond.
    pub created_at: OffsetDateTime,
    /// When it was last changed, to the microsecond.
    pub updated_at: OffsetDateTime,
}

/// A task to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTask {
    /// What is to be done.
    pub title: Title,
    /// More about it.
    pub description: Description,
    /// Whether it is done already.
    pub completed: bool,
}

/// A change: `None` leaves the field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskChanges {
    /// The new title.
    pub title: Option<Title>,
    /// The new description.
    pub description: Option<Description>,
    /// The new state.
    pub completed: Option<bool>,
}

/// Which tasks to list, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskQuery {
    /// Only the done or only the open ones.
    pub completed: Option<bool>,
    /// How many at the most.
    pub limit: PageSize,
    /// Only tasks that stand after this id in the list.
    pub after: Option<i64>,
}

/// How many tasks a page holds: 1 to 1000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize(u32);

/// How many tasks there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskStats {
    /// All of them.
    pub total: i64,
    /// The done ones.
    pub completed: i64,
}

/// What is wrong with a value that a person sent. The text is theirs to read.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum InvalidTask {
    /// Nothing is left of the title after trimming.
    #[error("The title is empty. Give the task a title of 1 to {TITLE_MAX_CHARS} characters.")]
    TitleEmpty,
    /// The title is too long.
    #[error("The title has {0} characters; {TITLE_MAX_CHARS} are allowed.")]
    TitleTooLong(usize),
    /// The description is too long.
    #[error("The description has {0} characters; {DESCRIPTION_MAX_CHARS} are allowed.")]
    DescriptionTooLong(usize),
    /// A text holds U+0000, which PostgreSQL cannot store.
    #[error("The text contains the character U+0000, which cannot be stored.")]
    NulCharacter,
    /// The page size is out of range.
    #[error("The limit is {0}; it must be between 1 and {LIST_MAX}.")]
    PageSize(i64),
}

impl Title {
    /// Trims `text` and checks its length in Unicode scalar values.
    pub fn parse(text: &str) -> Result<Self, InvalidTask> {
        let text = text.trim();
        refuse_nul(text)?;
        match text.chars().count() {
            0 => Err(InvalidTask::TitleEmpty),
            1..=TITLE_MAX_CHARS => Ok(Self(text.to_owned())),
            chars => Err(InvalidTask::TitleTooLong(chars)),
        }
    }

    /// The title's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Description {
    /// Checks the length of `text` in Unicode scalar values.
    pub fn parse(text: &str) -> Result<Self, InvalidTask> {
        refuse_nul(text)?;
        match text.chars().count() {
            0..=DESCRIPTION_MAX_CHARS => Ok(Self(text.to_owned())),
            chars => Err(InvalidTask::DescriptionTooLong(chars)),
        }
    }

    /// The description's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PageSize {
    /// The largest page.
    pub const MAX: Self = Self(LIST_MAX);
    /// What the page shows at once.
    pub const SHOWN: Self = Self(LIST_SHOWN);

    /// Checks the range.
    pub fn parse(limit: i64) -> Result<Self, InvalidTask> {
        u32::try_from(limit)
            .ok()
            .filter(|limit| (1..=LIST_MAX).contains(limit))
            .map(Self)
            .ok_or(InvalidTask::PageSize(limit))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(LIST_DEFAULT)
    }
}

impl TaskStats {
    /// The open tasks.
    #[must_use]
    pub const fn pending(self) -> i64 {
        self.total - self.completed
    }
}

fn refuse_nul(text: &str) -> Result<(), InvalidTask> {
    if text.contains('\0') { Err(InvalidTask::NulCharacter) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_trimmed_and_counted_in_characters() {
        assert_eq!(Title::parse("  buy milk \n").unwrap().as_str(), "buy milk");
        assert_eq!(Title::parse(" \t\u{2003}"), Err(InvalidTask::TitleEmpty));
        assert!(Title::parse(&"é".repeat(200)).is_ok());
        assert_eq!(Title::parse(&"é".repeat(201)), Err(InvalidTask::TitleTooLong(201)));
        assert_eq!(Title::parse("a\0b"), Err(InvalidTask::NulCharacter));
    }

    #[test]
    fn descriptions_keep_their_blanks() {
        assert_eq!(Description::parse(" a ").unwrap().as_str(), " a ");
        let long = "x".repeat(10_001);
        assert_eq!(Description::parse(&long), Err(InvalidTask::DescriptionTooLong(10_001)));
    }

    #[test]
    fn page_sizes_have_bounds() {
        for limit in [0, -1, 1001, i64::MAX] {
            assert_eq!(PageSize::parse(limit), Err(InvalidTask::PageSize(limit)));
        }
        assert_eq!(PageSize::parse(1000).unwrap().get(), 1000);
    }
}
