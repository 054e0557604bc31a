//! What shares a transaction, and what one write's fault means for the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use sqlx::SqliteConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use tempfile::TempDir;

use super::{GroupCommit, Write};
use crate::store::StoreError;
use crate::store::pool::{Pool, Rules};

const PATIENCE: Duration = Duration::from_secs(10);

struct Fixture {
    pool: Pool<SqliteConnection>,
    reader: Pool<SqliteConnection>,
    _folder: TempDir,
}

impl Fixture {
    async fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("test.db"))
            .journal_mode(SqliteJournalMode::Wal)
            .create_if_missing(true);
        let rules = Rules { max: 1, acquire: PATIENCE, patience: PATIENCE, fresh: None };
        let pool = |options| Pool::<SqliteConnection>::new(options, rules).expect("a pool");
        let writer = pool(options.clone());
        let mut connection = writer.acquire().await.expect("a database");
        let table = sqlx::query("CREATE TABLE number (n INTEGER UNIQUE)");
        table.execute(&mut *connection).await.expect("DDL");
        connection.settle();
        Self { pool: writer, reader: pool(options), _folder: folder }
    }

    fn start(&self, patience: Duration) -> GroupCommit {
        GroupCommit::start(self.pool.clone(), patience)
    }

    async fn stored(&self) -> i64 {
        let mut reader = self.reader.acquire().await.expect("a connection");
        let count = sqlx::query_scalar("SELECT COUNT(*) FROM number").fetch_one(&mut *reader);
        count.await.expect("a count")
    }

    /// Lets `decide` see every commit; false turns it into a rollback.
    async fn on_commit(&self, decide: impl FnMut() -> bool + Send + 'static) {
        let mut connection = self.pool.acquire().await.expect("a connection");
        connection.lock_handle().await.expect("a handle").set_commit_hook(decide);
        connection.settle();
    }
}

fn insert(n: i64) -> Write {
    sqlx::query("INSERT INTO number (n) VALUES ($1) RETURNING n").bind(n)
}

#[tokio::test]
async fn writes_that_wait_together_commit_together() {
    let fixture = Fixture::new().await;
    let commits = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&commits);
    fixture
        .on_commit(move || {
            counter.fetch_add(1, Ordering::Relaxed);
            true
        })
        .await;
    let writes = fixture.start(PATIENCE);
    let busy = fixture.pool.acquire().await.expect("a connection");
    let all = join_all((0..100).map(|n| writes.run(insert(n))));
    let release = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        drop(busy);
    };
    let (outcomes, ()) = tokio::join!(all, release);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(Some(_)))));
    assert_eq!(fixture.stored().await, 100);
    // The first may have been taken alone before the others were there.
    assert!(commits.load(Ordering::Relaxed) <= 2, "{commits:?}");
}

#[tokio::test]
async fn a_refused_write_leaves_its_neighbours_alone() {
    let fixture = Fixture::new().await;
    let writes = fixture.start(PATIENCE);
    let outcomes = join_all([1, 2, 1, 3].map(|n| writes.run(insert(n)))).await;
    let stored: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(stored, [true, true, false, true]);
    assert!(matches!(outcomes[2], Err(StoreError::Failed(_))));
    assert_eq!(fixture.stored().await, 3);
}

#[tokio::test]
async fn a_failed_commit_is_everybodys_and_the_next_one_works() {
    let fixture = Fixture::new().await;
    fixture.on_commit(|| false).await;
    let writes = fixture.start(PATIENCE);
    let outcomes = join_all([1, 2, 3].map(|n| writes.run(insert(n)))).await;
    assert!(outcomes.iter().all(Result::is_err), "{outcomes:?}");
    assert_eq!(fixture.stored().await, 0);
    // The connection with the hook is gone.
    writes.run(insert(4)).await.expect("a new connection");
    assert_eq!(fixture.stored().await, 1);
}

#[tokio::test]
async fn a_write_whose_turn_does_not_come_is_never_run() {
    let fixture = Fixture::new().await;
    let impatient = fixture.start(Duration::from_millis(20));
    let busy = fixture.pool.acquire().await.expect("a connection");
    // Keeps the task waiting for the connection.
    let first = tokio::spawn({
        let writes = impatient.clone();
        async move { writes.run(insert(1)).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let late = impatient.run(insert(2)).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    drop(busy);
    first.await.expect("the task").expect("it was taken in time");
    // The same queue; how long a commit takes is not what this is about.
    let patient = GroupCommit { patience: PATIENCE, ..impatient.clone() };
    patient.run(insert(3)).await.expect("the connection is free");
    assert_eq!(fixture.stored().await, 2);
}

#[tokio::test]
async fn a_write_whose_request_is_gone_is_not_run() {
    let fixture = Fixture::new().await;
    let writes = fixture.start(PATIENCE);
    let busy = fixture.pool.acquire().await.expect("a connection");
    let first = tokio::spawn({
        let writes = writes.clone();
        async move { writes.run(insert(1)).await }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    let gone = tokio::time::timeout(Duration::from_millis(5), writes.run(insert(2))).await;
    assert!(gone.is_err());
    drop(busy);
    first.await.expect("the task").expect("stored");
    writes.run(insert(3)).await.expect("stored");
    assert_eq!(fixture.stored().await, 2);
}
