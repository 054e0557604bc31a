//! What `cargo xtask bench backend` measures the server against: the same statements and
//! answers on axum and sqlx, without telemetry, metrics, limits, problem bodies or group
//! commit. One transaction per write, on a pool.
//!
//! `BARE_LISTEN=127.0.0.1:8081 BARE_DATABASE=sqlite://bare.db` is all that it reads.

use std::error::Error;
use std::str::FromStr;
use std::time::Duration;

use api_types::Timestamp;
use api_types::task::{CreateTask, Stats, Task, TaskList};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use time::OffsetDateTime;

/// As many as the server has.
const READERS: u32 = 4;
const WRITERS: u32 = 8;

#[derive(Clone)]
struct Pools {
    readers: SqlitePool,
    writers: SqlitePool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    title: String,
    description: String,
    completed: bool,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

#[derive(serde::Deserialize)]
struct Page {
    limit: i64,
}

type Answer<T> = Result<T, StatusCode>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listen = std::env::var("BARE_LISTEN")?;
    let options = SqliteConnectOptions::from_str(&std::env::var("BARE_DATABASE")?)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5));
    let pool = |size| SqlitePoolOptions::new().max_connections(size).connect_with(options.clone());
    let pools = Pools { writers: pool(WRITERS).await?, readers: pool(READERS).await? };
    sqlx::migrate!("../migrations/sqlite").run(&pools.writers).await?;
    let app = Router::new()
        .route("/ready", get(async || "ready"))
        .route("/api/tasks", get(list).post(create))
        .route("/api/tasks/{id}", get(one))
        .with_state(pools);
    axum::serve(tokio::net::TcpListener::bind(listen).await?, app).await?;
    Ok(())
}

async fn one(State(pools): State<Pools>, Path(id): Path<i64>) -> Answer<Json<Task>> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, title, description, completed, created_at, updated_at \
         FROM tasks WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(&pools.readers)
    .await
    .map_err(|error| fault(&error))?;
    Ok(Json(row.ok_or(StatusCode::NOT_FOUND)?.into()))
}

async fn list(State(pools): State<Pools>, page: Query<Page>) -> Answer<Json<TaskList>> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, title, description, completed, created_at, updated_at \
         FROM tasks ORDER BY id DESC LIMIT $1",
    )
    .bind(page.limit)
    .fetch_all(&pools.readers)
    .await
    .map_err(|error| fault(&error))?;
    let (total, completed): (i64, i64) =
        sqlx::query_as("SELECT COUNT(*), COUNT(*) FILTER (WHERE completed) FROM tasks")
            .fetch_one(&pools.readers)
            .await
            .map_err(|error| fault(&error))?;
    let stats = Stats { total, completed, pending: total - completed };
    let tasks: Vec<Task> = rows.into_iter().map(Task::from).collect();
    Ok(Json(TaskList { count: tasks.len(), tasks, stats, next: None }))
}

async fn create(
    State(pools): State<Pools>,
    Json(new): Json<CreateTask>,
) -> Answer<(StatusCode, Json<Task>)> {
    let row: Row = sqlx::query_as(
        "INSERT INTO tasks (title, description, completed, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $4) \
         RETURNING id, title, description, completed, created_at, updated_at",
    )
    .bind(new.title)
    .bind(new.description.unwrap_or_default())
    .bind(new.completed.unwrap_or_default())
    .bind(OffsetDateTime::now_utc())
    .fetch_one(&pools.writers)
    .await
    .map_err(|error| fault(&error))?;
    Ok((StatusCode::CREATED, Json(row.into())))
}

fn fault(error: &sqlx::Error) -> StatusCode {
    eprintln!("{error}");
    StatusCode::INTERNAL_SERVER_ERROR
}

impl From<Row> for Task {
    fn from(row: Row) -> Self {
        let Row { id, title, description, completed, created_at, updated_at } = row;
        let [created_at, updated_at] = [created_at, updated_at].map(timestamp);
        Self { id, title, description, completed, created_at, updated_at }
    }
}

fn timestamp(time: OffsetDateTime) -> Timestamp {
    let micros = time.unix_timestamp_nanos() / 1_000;
    Timestamp::from_unix_micros(i64::try_from(micros).unwrap_or(i64::MAX))
}
