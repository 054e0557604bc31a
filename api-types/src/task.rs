//! Tasks as they travel.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// One task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Task {
    /// Assigned by the database, never reused.
    pub id: i64,
    /// 1 to [`TITLE_MAX_CHARS`](crate::limits::TITLE_MAX_CHARS) characters.
    pub title: String,
    /// Up to [`DESCRIPTION_MAX_CHARS`](crate::limits::DESCRIPTION_MAX_CHARS)
    /// characters; may be empty.
    pub description: String,
    /// Whether it is done.
    pub completed: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// How many tasks there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Stats {
    /// All tasks.
    pub total: i64,
    /// The done ones.
    pub completed: i64,
    /// The open ones.
    pub pending: i64,
}

/// A page of tasks, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TaskList {
    /// The tasks of this page.
    pub tasks: Vec<Task>,
    /// How many tasks this page holds.
    pub count: usize,
    /// Counts over all tasks, not over this page.
    pub stats: Stats,
    /// The value of `after` that brings the next page; null on the last one.
    pub next: Option<String>,
}

/// The body of a create.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateTask {
    /// Trimmed by the server.
    #[cfg_attr(
        feature = "schema",
        schema(min_length = 1, max_length = 200, pattern = r"^[^\x00]*\S[^\x00]*$")
    )]
    pub title: String,
    /// Empty when absent.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 10000, pattern = r"^[^\x00]*$"))]
    pub description: Option<String>,
    /// False when absent.
    #[serde(default)]
    pub completed: Option<bool>,
}

/// The body of a change: any subset of the fields, absent ones stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateTask {
    /// The new title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schema(min_length = 1, max_length = 200, pattern = r"^[^\x00]*\S[^\x00]*$")
    )]
    pub title: Option<String>,
    /// The new description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(max_length = 10000, pattern = r"^[^\x00]*$"))]
    pub description: Option<String>,
    /// The new state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed: Option<bool>,
}

/// The answer to a delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Deleted {
    /// A sentence for a person.
    pub message: String,
}
