//! The statements.

use async_trait::async_trait;
use sqlx::FromRow;
use time::OffsetDateTime;

use super::SqliteStore;
use crate::domain::task::{Description, NewTask, Task, TaskChanges, TaskQuery, TaskStats, Title};
use crate::store::observe::{Rows, Statement};
use crate::store::{Connections, StoreError, TaskStore};

const LIST: Statement = Statement {
    operation: "SELECT",
    name: "SELECT tasks",
    text: "SELECT id, title, description, completed, created_at, updated_at \
           FROM tasks \
           WHERE ($1 IS NULL OR completed = $1) AND ($2 IS NULL OR id < $2) \
           ORDER BY id DESC \
           LIMIT $3",
};

const GET: Statement = Statement {
    operation: "SELECT",
    name: "SELECT tasks",
    text: "SELECT id, title, description, completed, created_at, updated_at \
           FROM tasks \
           WHERE id = $1",
};

const STATS: Statement = Statement {
    operation: "SELECT",
    name: "SELECT tasks",
    text: "SELECT COUNT(*) AS total, COALESCE(SUM(completed), 0) AS completed FROM tasks",
};

const INSERT: Statement = Statement {
    operation: "INSERT",
    name: "INSERT tasks",
    text: "INSERT INTO tasks (title, description, completed, created_at, updated_at) \
           VALUES ($1, $2, $3, $4, $4) \
           RETURNING id, title, description, completed, created_at, updated_at",
};

const UPDATE: Statement = Statement {
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

const DELETE: Statement = Statement {
    operation: "DELETE",
    name: "DELETE tasks",
    text: "DELETE FROM tasks WHERE id = $1 RETURNING id",
};

#[derive(FromRow)]
struct TaskRow {
    id: i64,
    title: String,
    description: String,
    completed: bool,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

#[derive(FromRow)]
struct StatsRow {
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

impl SqliteStore {
    async fn count_rows(&self) -> Result<StatsRow, sqlx::Error> {
        sqlx::query_as(STATS.text).fetch_one(&self.readers).await
    }
}

#[async_trait]
impl TaskStore for SqliteStore {
    async fn list(&self, query: TaskQuery) -> Result<Vec<Task>, StoreError> {
        let rows = sqlx::query_as::<_, TaskRow>(LIST.text)
            .bind(query.completed)
            .bind(query.after)
            .bind(query.limit.get())
            .fetch_all(&self.readers);
        Ok(self.observed.run(LIST, rows).await?.into_iter().map(Task::from).collect())
    }

    async fn get(&self, id: i64) -> Result<Option<Task>, StoreError> {
        let row = sqlx::query_as::<_, TaskRow>(GET.text).bind(id).fetch_optional(&self.readers);
        Ok(self.observed.run(GET, row).await?.map(Task::from))
    }

    async fn stats(&self) -> Result<TaskStats, StoreError> {
        Ok(self.observed.run(STATS, self.count_rows()).await?.into())
    }

    async fn create(&self, new: &NewTask, now: OffsetDateTime) -> Result<Task, StoreError> {
        let row = sqlx::query_as::<_, TaskRow>(INSERT.text)
            .bind(new.title.as_str())
            .bind(new.description.as_str())
            .bind(new.completed)
            .bind(now)
            .fetch_one(&self.writer);
        Ok(self.observed.run(INSERT, row).await?.into())
    }

    async fn update(
        &self,
        id: i64,
        changes: &TaskChanges,
        now: OffsetDateTime,
    ) -> Result<Option<Task>, StoreError> {
        let row = sqlx::query_as::<_, TaskRow>(UPDATE.text)
            .bind(id)
            .bind(changes.title.as_ref().map(Title::as_str))
            .bind(changes.description.as_ref().map(Description::as_str))
            .bind(changes.completed)
            .bind(now)
            .fetch_optional(&self.writer);
        Ok(self.observed.run(UPDATE, row).await?.map(Task::from))
    }

    async fn delete(&self, id: i64) -> Result<bool, StoreError> {
        let row = sqlx::query_scalar::<_, i64>(DELETE.text).bind(id).fetch_optional(&self.writer);
        Ok(self.observed.run(DELETE, row).await?.is_some())
    }

    async fn count(&self) -> Result<TaskStats, StoreError> {
        Ok(self.count_rows().await?.into())
    }

    async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }

    fn connections(&self) -> Connections {
        [&self.writer, &self.readers].into_iter().fold(
            Connections { idle: 0, used: 0 },
            |sum, pool| {
                let idle = pool.num_idle();
                // The pool's two counts are read one after the other.
                let used = (pool.size() as usize).saturating_sub(idle);
                Connections { idle: sum.idle + idle, used: sum.used + used }
            },
        )
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
