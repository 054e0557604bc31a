//! Where tasks are kept.
//!
//! Handlers see [`TaskStore`] alone; which engine answers is chosen by the scheme of
//! `DATABASE_URL` (ADR 0001). Every statement goes through [`observe::Observed`], which
//! makes its span and its metric.

mod fault;
pub mod observe;
mod pool;
pub mod postgres;
pub mod sqlite;
mod statements;

use std::sync::Arc;

use async_trait::async_trait;
use thiserror::Error;
use time::OffsetDateTime;

use crate::domain::smoke::SmokePlan;
use crate::domain::task::{NewTask, Task, TaskChanges, TaskQuery, TaskStats};
use fault::Fault;

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

    /// Runs a smoke test: its reads, and its writes in one transaction that is rolled
    /// back.
    async fn smoke(&self, plan: SmokePlan, now: OffsetDateTime) -> Result<(), StoreError>;

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connections {
    /// Open and waiting.
    pub idle: usize,
    /// Running a statement.
    pub used: usize,
}

impl Connections {
    fn plus(self, other: Self) -> Self {
        Self { idle: self.idle + other.idle, used: self.used + other.used }
    }
}

/// Why a statement failed. The cause is for the log, never for a client; several writes
/// may share one.
#[derive(Clone, Debug, Error)]
pub enum StoreError {
    /// No connection was to be had, or the one in use broke.
    #[error("the database does not answer")]
    Unavailable(#[source] Arc<sqlx::Error>),
    /// The database takes no writes.
    #[error("the database can only be read")]
    ReadOnly(#[source] Arc<sqlx::Error>),
    /// There is no room for what was to be written.
    #[error("the database's disk is full")]
    Full(#[source] Arc<sqlx::Error>),
    /// The database answered and refused.
    #[error("the database refused a statement")]
    Failed(#[source] Arc<sqlx::Error>),
}

impl StoreError {
    /// The class of the fault, as the `error.type` of its span.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "database_unavailable",
            Self::ReadOnly(_) => "database_read_only",
            Self::Full(_) => "storage_full",
            Self::Failed(_) => "database_error",
        }
    }

    /// What the database itself called it: PostgreSQL's SQLSTATE, or SQLite's extended
    /// result code; `None` where it said nothing.
    #[must_use]
    pub fn response_code(&self) -> Option<String> {
        let (Self::Unavailable(error)
        | Self::ReadOnly(error)
        | Self::Full(error)
        | Self::Failed(error)) = self;
        Some(error.as_database_error()?.code()?.into_owned())
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let (fault, error) = (Fault::of(&error), Arc::new(error));
        match fault {
            Fault::Unavailable => Self::Unavailable(error),
            Fault::ReadOnly => Self::ReadOnly(error),
            Fault::Full => Self::Full(error),
            Fault::Other => Self::Failed(error),
        }
    }
}
