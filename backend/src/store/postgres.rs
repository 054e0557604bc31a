//! PostgreSQL: one pool for everything.
//!
//! A server that stops answering must not hold what waits for it: PostgreSQL ends a
//! statement that takes too long, and we give up on a server that does not even do that.

mod lent;
mod tasks;

use std::iter;
use std::time::{Duration, Instant};

use anyhow::Context;
use prometheus::HistogramVec;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::query::Query;
use sqlx::{ConnectOptions, Connection, Postgres};

use super::observe::Observed;
use crate::config::PoolConfig;
use lent::Lent;

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/postgres");

/// How long the server may take to let the first connections in: one that has just been
/// started is slow. Requests wait for less.
const START: Duration = Duration::from_secs(30);

/// A connection that has been idle for longer is tried before it is used.
const FRESH: Duration = Duration::from_secs(1);

/// Tasks in a PostgreSQL database.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    pool: PgPool,
    /// How long a connection may take to come back.
    patience: Duration,
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
        let pool = PgPoolOptions::new()
            .max_connections(pool.max)
            .acquire_timeout(acquire)
            .test_before_acquire(false)
            .before_acquire(|connection, used| {
                Box::pin(async move {
                    if used.idle_for > FRESH {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_lazy_with(options);
        let store = Self { pool, patience: statement, observed };
        store.warm().await.with_context(place)?;
        Ok(store)
    }

    /// Opens the pool's first connection; the pool's own patience is that of requests.
    async fn warm(&self) -> anyhow::Result<()> {
        let start = Instant::now();
        loop {
            match self.reader().await {
                Err(sqlx::Error::PoolTimedOut) if start.elapsed() < START => {}
                outcome => return outcome.map(drop).context("could not connect"),
            }
        }
    }

    async fn reader(&self) -> Result<Lent, sqlx::Error> {
        Ok(Lent { connection: self.pool.acquire().await?, patience: self.patience })
    }

    async fn writer(&self) -> Result<Lent, sqlx::Error> {
        self.reader().await
    }

    async fn write(
        &self,
        write: Query<'static, Postgres, PgArguments>,
    ) -> Result<Option<PgRow>, sqlx::Error> {
        write.fetch_optional(&mut *self.writer().await?).await
    }

    fn pools(&self) -> impl Iterator<Item = &PgPool> + Send {
        iter::once(&self.pool)
    }
}

/// Over a connection of its own: a change of the schema may take its time.
async fn migrate(options: &PgConnectOptions) -> anyhow::Result<()> {
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(START);
    let pool = pool.connect_with(options.clone()).await.context("could not connect")?;
    MIGRATIONS.run(&pool).await.context("could not bring the schema up to date")?;
    pool.close().await;
    Ok(())
}
