//! PostgreSQL: one pool for everything.
//!
//! A server that stops answering must not hold what waits for it: PostgreSQL ends a
//! statement that takes too long, and we give up on a server that does not even do that.

mod tasks;

use std::iter;
use std::time::{Duration, Instant};

use anyhow::Context;
use prometheus::HistogramVec;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgRow};
use sqlx::query::Query;
use sqlx::{ConnectOptions, PgConnection, Postgres};

use super::observe::Observed;
use super::pool::{Lent, Pool, Rules};
use super::statements::settled;
use crate::config::PoolConfig;

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/postgres");

/// How long the server may take to let the first connections in: one that has just been
/// started is slow. Requests wait for less.
const START: Duration = Duration::from_secs(30);

/// A connection that was lent longer ago is tried before it is lent again.
const FRESH: Duration = Duration::from_secs(1);

/// Tasks in a PostgreSQL database.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    readers: Pool<PgConnection>,
    /// The same: PostgreSQL has many writers.
    writer: Pool<PgConnection>,
    observed: Observed,
}

impl PostgresStore {
    /// Connects and brings the schema up to date. sqlx holds an advisory lock
    /// meanwhile, so that several servers may start at once.
    pub async fn open(
        options: PgConnectOptions,
        pool: &PoolConfig,
        duration: HistogramVec,
    ) -> anyhow::Result<Self> {
        let (acquire, statement) = (*pool.acquire_timeout, *pool.statement_timeout);
        let options = options
            .application_name("task-backend")
            // `observe` says which statements are slow.
            .disable_statement_logging()
            // Times are UTC whatever the server's setting says.
            .options([("timezone", "UTC")]);
        let (host, port) = (options.get_host().to_owned(), options.get_port());
        let place = || format!("PostgreSQL at {host}:{port}");
        let observed = Observed {
            system: "postgresql",
            namespace: options.get_database().unwrap_or(options.get_username()).to_owned(),
            server: Some((host.clone(), i64::from(port))),
            duration,
            patience: Some(acquire + statement),
        };
        migrate(&options).await.with_context(place)?;
        let options =
            options.options([("statement_timeout", format!("{}ms", statement.as_millis()))]);
        let rules = Rules {
            max: usize::try_from(pool.max)?,
            acquire,
            patience: statement,
            fresh: Some(FRESH),
        };
        let pool = Pool::<PgConnection>::new(options, rules)?;
        let store = Self { readers: pool.clone(), writer: pool, observed };
        store.warm().await.with_context(place)?;
        Ok(store)
    }

    /// Opens the pool's first connection; the pool's own patience is that of requests.
    async fn warm(&self) -> anyhow::Result<()> {
        let start = Instant::now();
        loop {
            match self.readers.acquire().await {
                Err(sqlx::Error::PoolTimedOut) if start.elapsed() < START => {}
                outcome => return outcome.map(Lent::settle).context("could not connect"),
            }
        }
    }

    async fn write(
        &self,
        write: Query<'static, Postgres, PgArguments>,
    ) -> Result<Option<PgRow>, sqlx::Error> {
        settled!(self.writer, |writer| write.fetch_optional(writer)).await
    }

    fn pools(&self) -> impl Iterator<Item = &Pool<PgConnection>> + Send {
        iter::once(&self.readers)
    }
}

/// Over a connection of its own: a change of the schema may take its time.
async fn migrate(options: &PgConnectOptions) -> anyhow::Result<()> {
    let rules = Rules { max: 1, acquire: START, patience: START, fresh: None };
    let pool = Pool::<PgConnection>::new(options.clone(), rules)?;
    let mut connection = pool.acquire().await.context("could not connect")?;
    MIGRATIONS.run(&mut *connection).await.context("could not bring the schema up to date")?;
    connection.close().await;
    Ok(())
}
