//! Concurrent writes share a transaction, and so the sync at its end.
//!
//! A commit that survives a power loss waits for the disk; one statement does not. While
//! one transaction commits, the writes of other requests gather, and the next
//! transaction takes them all (ADR 0014). A write is acknowledged after the commit alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::error::ErrorKind;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Connection, Sqlite, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use crate::store::StoreError;
use crate::store::pool::Pool;

/// Writes in one transaction at the most.
const BATCH: usize = 256;
/// Writes that wait at the most; beyond it, a request waits to be let in.
const QUEUE: usize = 1024;

/// A statement that changes something and returns one row at the most.
pub(super) type Write = Query<'static, Sqlite, SqliteArguments>;
type Outcome = Result<Option<SqliteRow>, StoreError>;
type Reply = oneshot::Sender<Outcome>;

/// The way to the task that writes.
#[derive(Clone, Debug)]
pub(super) struct GroupCommit {
    jobs: mpsc::Sender<Job>,
    /// How long a write may wait for its turn.
    patience: Duration,
}

struct Job {
    write: Write,
    /// Set by whoever comes first: the writer that begins it, the request that gives up.
    taken: Arc<AtomicBool>,
    reply: Reply,
}

impl GroupCommit {
    /// Starts the task. It ends when the last handle is gone.
    pub(super) fn start(pool: Pool<SqliteConnection>, patience: Duration) -> Self {
        let (jobs, queue) = mpsc::channel(QUEUE);
        tokio::spawn(work(pool, queue));
        Self { jobs, patience }
    }

    /// Runs `write` and returns after its commit. Times out where its turn does not
    /// come; from then on it will not be run either.
    pub(super) async fn run(&self, write: Write) -> Outcome {
        let taken = Arc::new(AtomicBool::new(false));
        let (reply, mut outcome) = oneshot::channel();
        let job = Job { write, taken: Arc::clone(&taken), reply };
        let turn = async {
            // Where the task is gone, so is the job with its reply, and that is told here.
            let _ = self.jobs.send(job).await;
            (&mut outcome).await
        };
        let outcome = match tokio::time::timeout(self.patience, turn).await {
            Ok(outcome) => outcome,
            Err(_) if taken.swap(true, Ordering::Relaxed) => outcome.await,
            Err(_) => return Err(sqlx::Error::PoolTimedOut.into()),
        };
        outcome.unwrap_or_else(|_| Err(sqlx::Error::WorkerCrashed.into()))
    }
}

async fn work(pool: Pool<SqliteConnection>, mut queue: mpsc::Receiver<Job>) {
    let mut jobs = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut jobs, BATCH).await > 0 {
        let mut replies = Vec::with_capacity(jobs.len());
        match commit(&pool, jobs.drain(..), &mut replies).await {
            Ok(()) => {
                for (reply, outcome) in replies {
                    // An error means that the request is gone; its write stays.
                    let _ = reply.send(outcome);
                }
            }
            Err(error) => {
                let error = StoreError::from(error);
                for (reply, _) in replies {
                    let _ = reply.send(Err(error.clone()));
                }
            }
        }
    }
}

/// Runs `jobs` in one transaction. An error is every job's: nothing was written.
async fn commit(
    pool: &Pool<SqliteConnection>,
    jobs: impl Iterator<Item = Job> + Send,
    replies: &mut Vec<(Reply, Outcome)>,
) -> Result<(), sqlx::Error> {
    let mut writes = Vec::with_capacity(BATCH);
    for job in jobs {
        if !job.reply.is_closed() && !job.taken.swap(true, Ordering::Relaxed) {
            replies.push((job.reply, Ok(None)));
            writes.push(job.write);
        }
    }
    // Everybody is gone: nothing is worth a transaction.
    if writes.is_empty() {
        return Ok(());
    }
    let mut connection = pool.acquire().await?;
    let result = transact(&mut connection, writes, replies).await;
    if result.is_ok() {
        connection.settle();
    } else {
        // SQLite has ended the transaction by itself after some errors (disk full, I/O)
        // and sqlx cannot know: a new connection is sure to be outside of one.
        connection.close().await;
    }
    result
}

async fn transact(
    connection: &mut SqliteConnection,
    writes: Vec<Write>,
    replies: &mut [(Reply, Outcome)],
) -> Result<(), sqlx::Error> {
    // IMMEDIATE takes the lock here, where SQLite waits for another process's write;
    // a lock that is taken by the first statement fails without waiting.
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for (write, (_, outcome)) in writes.into_iter().zip(replies) {
        *outcome = match write.fetch_optional(&mut *transaction).await {
            Ok(row) => Ok(row),
            // Undoes its own statement only.
            Err(error) if is_constraint(&error) => Err(error.into()),
            Err(error) => return Err(error),
        };
    }
    transaction.commit().await
}

fn is_constraint(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| !matches!(error.kind(), ErrorKind::Other))
}

#[cfg(test)]
mod tests;
