//! The statements and their rows, the same for both engines, and the trait's methods
//! over an engine's pools.

use sqlx::FromRow;
use time::OffsetDateTime;

use crate::domain::task::{Task, TaskStats};
use crate::store::observe::{Rows, Statement};

pub(super) const LIST: Statement = Statement {
    operation: "SELECT",
    name: "SELECT tasks",
    text: "SELECT id, title, description, completed, created_at, updated_at \
           FROM tasks \
           WHERE ($1 IS NULL OR completed = $1) AND ($2 IS NULL OR id < $2) \
           ORDER BY id DESC \
           LIMIT $3",
};

pub(super) const GET: Statement = Statement {
    operation: "SELECT",
    name: "SELECT tasks",
    text: "SELECT id, title, description, completed, created_at, updated_at \
           FROM tasks \
           WHERE id = $1",
};

pub(super) const STATS: Statement = Statement {
    operation: "SELECT",
    name: "SELECT tasks",
    text: "SELECT COUNT(*) AS total, COUNT(*) FILTER (WHERE completed) AS completed FROM tasks",
};

pub(super) const INSERT: Statement = Statement {
    operation: "INSERT",
    name: "INSERT tasks",
    text: "INSERT INTO tasks (title, description, completed, created_at, updated_at) \
           VALUES ($1, $2, $3, $4, $4) \
           RETURNING id, title, description, completed, created_at, updated_at",
};

pub(super) const UPDATE: Statement = Statement {
    operation: "UPDATE",
    name: "UPDATE tasks",
    text: "UPDATE tasks \
           SET title = COALESCE($2, title), \
               description = COALESCE($3, description), \
               completed = COALESCE($4, completed), \
               updated_at = $5 \
           WHERE id = $1 \
           RETURNING id, title, description, completed, created_at, updated_at",
};

pub(super) const DELETE: Statement = Statement {
    operation: "DELETE",
    name: "DELETE tasks",
    text: "DELETE FROM tasks WHERE id = $1 RETURNING id",
};

/// A batch is named as the conventions name one: `BATCH` and the operation.
pub(super) const SMOKE_READS: Statement =
    Statement { operation: "BATCH SELECT", name: "BATCH SELECT tasks", text: GET.text };

pub(super) const SMOKE_WRITES: Statement =
    Statement { operation: "BATCH INSERT", name: "BATCH INSERT tasks", text: INSERT.text };

/// What a batch returns.
pub(super) struct NoRows;

impl Rows for NoRows {
    fn rows(&self) -> usize {
        0
    }
}

#[derive(FromRow)]
pub(super) struct TaskRow {
    id: i64,
    title: String,
    description: String,
    completed: bool,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

#[derive(FromRow)]
pub(super) struct StatsRow {
    total: i64,
    completed: i64,
}

impl Rows for TaskRow {
    fn rows(&self) -> usize {
        1
    }
}

impl Rows for StatsRow {
    fn rows(&self) -> usize {
        1
    }
}

impl From<TaskRow> for Task {
    fn from(row: TaskRow) -> Self {
        let TaskRow { id, title, description, completed, created_at, updated_at } = row;
        Self { id, title, description, completed, created_at, updated_at }
    }
}

impl From<StatsRow> for TaskStats {
    fn from(StatsRow { total, completed }: StatsRow) -> Self {
        Self { total, completed }
    }
}

/// A future that runs one statement on a connection that it borrows.
macro_rules! settled {
    ($pool:expr, |$connection:ident| $statement:expr) => {
        async {
            let mut lent = $pool.acquire().await?;
            let $connection = &mut *lent;
            let rows = $statement.await?;
            lent.settle();
            Ok::<_, sqlx::Error>(rows)
        }
    };
}

/// Implements [`TaskStore`](super::TaskStore) for an engine that has `observed`, the pools
/// `readers` and `writer`, `write()` and `pools()`. A macro and not a generic type:
/// sqlx's bounds for "a database that can bind and decode all of these" are longer than the
/// statements. What sqlx returns is kilobytes large: pinned where it is made, it is not moved
/// from function to function.
macro_rules! task_store {
    ($store:ty) => {
        #[async_trait::async_trait]
        impl $crate::store::TaskStore for $store {
            async fn list(&self, query: TaskQuery) -> Result<Vec<Task>, StoreError> {
                let list = sqlx::query_as::<_, TaskRow>(statements::LIST.text)
                    .bind(query.completed)
                    .bind(query.after)
                    .bind(i64::from(query.limit.get()));
                let rows = pin!(settled!(self.readers, |reader| list.fetch_all(reader)));
                let rows = self.observed.run(statements::LIST, rows).await?;
                Ok(rows.into_iter().map(Task::from).collect())
            }

            async fn get(&self, id: i64) -> Result<Option<Task>, StoreError> {
                let get = sqlx::query_as::<_, TaskRow>(statements::GET.text).bind(id);
                let row = pin!(settled!(self.readers, |reader| get.fetch_optional(reader)));
                Ok(self.observed.run(statements::GET, row).await?.map(Task::from))
            }

            async fn stats(&self) -> Result<TaskStats, StoreError> {
                let stats = sqlx::query_as::<_, StatsRow>(statements::STATS.text);
                let row = pin!(settled!(self.readers, |reader| stats.fetch_one(reader)));
                Ok(self.observed.run(statements::STATS, row).await?.into())
            }

            async fn create(&self, new: &NewTask, now: OffsetDateTime) -> Result<Task, StoreError> {
                let write = sqlx::query(statements::INSERT.text)
                    .bind(new.title.as_str())
                    .bind(new.description.as_str())
                    .bind(new.completed)
                    .bind(now);
                let row = self.observed.run(statements::INSERT, pin!(self.write(write))).await?;
                let row = row.ok_or(sqlx::Error::RowNotFound)?;
                Ok(TaskRow::from_row(&row)?.into())
            }

            async fn update(
                &self,
                id: i64,
                changes: &TaskChanges,
                now: OffsetDateTime,
            ) -> Result<Option<Task>, StoreError> {
                let write = sqlx::query(statements::UPDATE.text)
                    .bind(id)
                    .bind(changes.title.as_ref().map(Title::as_str))
                    .bind(changes.description.as_ref().map(Description::as_str))
                    .bind(changes.completed)
                    .bind(now);
                let row = self.observed.run(statements::UPDATE, pin!(self.write(write))).await?;
                Ok(row.map(|row| TaskRow::from_row(&row)).transpose()?.map(Task::from))
            }

            async fn delete(&self, id: i64) -> Result<bool, StoreError> {
                let write = sqlx::query(statements::DELETE.text).bind(id);
                Ok(self.observed.run(statements::DELETE, pin!(self.write(write))).await?.is_some())
            }

            async fn smoke(&self, plan: SmokePlan, now: OffsetDateTime) -> Result<(), StoreError> {
                if plan.reads > 0 {
                    let reads = async {
                        for _ in 0..plan.reads {
                            let get = sqlx::query_as::<_, TaskRow>(statements::GET.text);
                            let get = get.bind(i64::MAX);
                            settled!(self.readers, |reader| get.fetch_optional(reader)).await?;
                        }
                        Ok(statements::NoRows)
                    };
                    self.observed.run_batch(statements::SMOKE_READS, plan.reads, reads).await?;
                }
                if plan.writes > 0 {
                    let writes = async {
                        let mut connection = self.writer.acquire().await?;
                        connection.begins_transaction();
                        let mut transaction = connection.begin().await?;
                        for _ in 0..plan.writes {
                            sqlx::query_as::<_, TaskRow>(statements::INSERT.text)
                                .bind("smoke test")
                                .bind("")
                                .bind(false)
                                .bind(now)
                                .fetch_one(&mut *transaction)
                                .await?;
                        }
                        transaction.rollback().await?;
                        connection.settle();
                        Ok(statements::NoRows)
                    };
                    self.observed.run_batch(statements::SMOKE_WRITES, plan.writes, writes).await?;
                }
                Ok(())
            }

            async fn count(&self) -> Result<TaskStats, StoreError> {
                let stats = sqlx::query_as::<_, StatsRow>(statements::STATS.text);
                Ok(settled!(self.readers, |reader| stats.fetch_one(reader)).await?.into())
            }

            async fn ping(&self) -> Result<(), StoreError> {
                let ping = sqlx::query("SELECT 1");
                settled!(self.readers, |reader| ping.execute(reader)).await?;
                Ok(())
            }

            fn connections(&self) -> Connections {
                self.pools().map(Pool::count).fold(Connections::default(), Connections::plus)
            }

            async fn close(&self) {
                for pool in self.pools() {
                    pool.close().await;
                }
            }
        }
    };
}

pub(super) use {settled, task_store};
