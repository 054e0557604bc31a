//! Where tasks are kept.
//!
//! Handlers see [`TaskStore`] alone; which engine answers is chosen by the scheme of
//! `DATABASE_URL` (ADR 0001). Every statement goes through [`observe::Observed`], which
//! makes its span and its metric.

pub mod observe;
pub mod sqlite;

use async_trait::async_trait;
use thiserror::Error;
use time::OffsetDateTime;

use crate::domain::task::{NewTask, Task, TaskChanges, TaskQuery, TaskStats};

/// The tasks of one lab.
#[async_trait]
pub trait TaskStore: Send + Sync + 'static {
    /// One page, newest first.
    async fn list(&self, query: TaskQuery) -> Result<Vec<Task>, StoreError>;

    /// One task; `None` when there is none with this id.
    async fn get(&self, id: i64) -> Result<Option<Task>, StoreError>;

    /// Counts over all tasks.
    async fn stats(&self) -> Result<TaskStats, StoreError>;

    /// Stores a task; when this returns, it survives the loss of power.
    async fn create(&self, new: &NewTask, now: OffsetDateTime) -> Result<Task, StoreError>;

    /// Changes a task; `None` when there is none with this id.
    async fn update(
        &self,
        id: i64,
        changes: &TaskChanges,
        now: OffsetDateTime,
    ) -> Result<Option<Task>, StoreError>;

    /// Deletes a task; false when there is none with this id.
    async fn delete(&self, id: i64) -> Result<bool, StoreError>;

    /// As [`TaskStore::stats`], for a scrape: makes neither a span nor a metric.
    async fn count(&self) -> Result<TaskStats, StoreError>;

    /// Whether the database answers; makes neither a span nor a metric.
    async fn ping(&self) -> Result<(), StoreError>;

    /// How the connections are used at this moment.
    fn connections(&self) -> Connections;

    /// Waits for running statements and closes every connection.
    async fn close(&self);
}

/// Connections by what they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// Open and waiting.
    pub idle: usize,
    /// Running a statement.
    pub used: usize,
}

/// Why a statement failed. The cause is for the log, never for a client.
#[derive(Debug, Error)]
pub enum StoreError {
    /// No connection was to be had, or the one in use broke.
    #[error("the database does not answer")]
    Unavailable(#[source] sqlx::Error),
    /// The database answered and refused.
    #[error("the database refused a statement")]
    Failed(#[source] sqlx::Error),
}

impl StoreError {
    /// The class of the fault, as the `error.type` of its span.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "database_unavailable",
            Self::Failed(_) => "database_error",
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Io(_)
            | sqlx::Error::Tls(_) => Self::Unavailable(error),
            _ => Self::Failed(error),
        }
    }
}
