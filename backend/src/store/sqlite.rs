//! SQLite: one connection that writes, a few that read.
//!
//! SQLite has one writer at a time. With one writing connection the waiting happens in
//! a fair queue instead of in SQLite's busy handler, which sleeps and lets the unlucky
//! starve; and what waits together commits together ([`group_commit`]).

mod group_commit;
mod tasks;

use std::fs::File;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context;
use api_types::limits::LIST_MAX;
use prometheus::HistogramVec;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous};
use sqlx::{ConnectOptions, SqliteConnection};

use super::StoreError;
use super::observe::Observed;
use super::pool::{Pool, Rules};
use group_commit::{GroupCommit, Write};

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/sqlite");

/// Connections that read.
const READERS: usize = 4;
/// How long a request waits for a connection before it gets a 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long SQLite itself waits for a lock that another process holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// Tasks in a SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    writer: Pool<SqliteConnection>,
    group_commit: GroupCommit,
    readers: Pool<SqliteConnection>,
    observed: Observed,
}

impl SqliteStore {
    /// Opens the file that `url` names (`sqlite://data/lab.db`), creates it and its
    /// folder where they are missing, and brings the schema up to date.
    pub async fn open(url: &str, duration: HistogramVec) -> anyhow::Result<Self> {
        let options = SqliteConnectOptions::from_str(url)
            .with_context(|| format!("{url} is no SQLite URL"))?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL syncs at every commit: what was acknowledged survives a power loss.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true)
            // A page fits: SQLite's thread need not wait for the one that collects it.
            .row_buffer_size(usize::try_from(LIST_MAX)? + 1)
            // `observe` says which statements are slow.
            .disable_statement_logging();
        let file = options.get_filename().to_owned();
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("could not create the folder {}", folder.display()))?;
        }
        let open = || format!("could not open the database {}", file.display());
        // Before the first connection: it changes the journal mode, and of two that do so at
        // once SQLite refuses one without waiting.
        let beside = file.clone();
        let lock = tokio::task::spawn_blocking(move || lock_beside(&beside)).await??;
        let writer = Pool::<SqliteConnection>::new(options.clone(), rules(1))?;
        let mut connection = writer.acquire().await.with_context(open)?;
        MIGRATIONS.run(&mut *connection).await.context("could not bring the schema up to date")?;
        connection.settle();
        drop(lock);
        let readers = Pool::<SqliteConnection>::new(options, rules(READERS))?;
        readers.acquire().await.with_context(open)?.settle();
        let observed = Observed {
            system: "sqlite",
            namespace: namespace(&file),
            server: None,
            duration,
            patience: None,
        };
        let group_commit = GroupCommit::start(writer.clone(), ACQUIRE_TIMEOUT);
        Ok(Self { writer, group_commit, readers, observed })
    }

    async fn write(&self, write: Write) -> Result<Option<SqliteRow>, StoreError> {
        self.group_commit.run(write).await
    }

    fn pools(&self) -> impl Iterator<Item = &Pool<SqliteConnection>> + Send {
        [&self.readers, &self.writer].into_iter()
    }
}

/// Waits for other processes that open or migrate the same file, and keeps them waiting until
/// the result is dropped: sqlx's own lock does nothing on SQLite.
fn lock_beside(file: &Path) -> anyhow::Result<File> {
    let mut name = file.as_os_str().to_owned();
    name.push("-migrate");
    let open = || -> std::io::Result<File> {
        let lock = File::options().create(true).append(true).open(&name)?;
        lock.lock()?;
        Ok(lock)
    };
    open().with_context(|| format!("could not lock {}", Path::new(&name).display()))
}

/// A file does not go away as a server does: a connection is never asked whether it is there.
fn rules(connections: usize) -> Rules {
    let (acquire, patience) = (ACQUIRE_TIMEOUT, BUSY_TIMEOUT);
    Rules { max: connections, acquire, patience, fresh: None }
}

/// `db.namespace`: the file's name without its folder, which is the machine's affair.
fn namespace(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
