//! PostgreSQL: one pool for everything.

mod tasks;

use std::iter;
use std::time::Duration;

use anyhow::Context;
use prometheus::HistogramVec;
use sqlx::Postgres;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::query::Query;

use super::observe::Observed;

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/postgres");

/// Connections at the most.
const CONNECTIONS: u32 = 8;
/// How long a request waits for a connection before it gets a 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

/// Tasks in a PostgreSQL database.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    pool: PgPool,
    observed: Observed,
}

impl PostgresStore {
    /// Connects and brings the schema up to date. sqlx holds an advisory lock
    /// meanwhile, so that several servers may start at once.
    pub async fn open(options: PgConnectOptions, duration: HistogramVec) -> anyhow::Result<Self> {
        let options = options
            .application_name("task-backend")
            // Times are UTC whatever the server's setting says.
            .options([("timezone", "UTC")]);
        let place = format!("{}:{}", options.get_host(), options.get_port());
        let observed = Observed {
            system: "postgresql",
            namespace: options.get_database().unwrap_or(options.get_username()).to_owned(),
            server: Some((options.get_host().to_owned(), i64::from(options.get_port()))),
            duration,
        };
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options)
            .await
            .with_context(|| format!("could not connect to PostgreSQL at {place}"))?;
        MIGRATIONS.run(&pool).await.context("could not bring the schema up to date")?;
        Ok(Self { pool, observed })
    }

    fn reader(&self) -> &PgPool {
        &self.pool
    }

    fn writer(&self) -> &PgPool {
        &self.pool
    }

    async fn write(
        &self,
        write: Query<'static, Postgres, PgArguments>,
    ) -> Result<Option<PgRow>, sqlx::Error> {
        write.fetch_optional(&self.pool).await
    }

    fn pools(&self) -> impl Iterator<Item = &PgPool> + Send {
        iter::once(&self.pool)
    }
}
