//! A fresh database per test, on either engine.

use std::str::FromStr;
use std::sync::Arc;

use backend::config::PoolConfig;
use backend::metrics::Metrics;
use backend::store::TaskStore;
use backend::store::postgres::PostgresStore;
use backend::store::sqlite::SqliteStore;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tempfile::TempDir;

/// The URL of a PostgreSQL server whose user may create databases; `cargo xtask test`
/// starts one and sets it.
const SERVER: &str = "LAB_TEST_POSTGRES_URL";

/// A database that goes with the test.
pub(crate) struct Database {
    pub(crate) store: Arc<dyn TaskStore>,
    /// `db.system.name`
    pub(crate) system: &'static str,
    /// `db.namespace`
    pub(crate) namespace: String,
    pub(crate) folder: TempDir,
}

impl Database {
    pub(crate) async fn sqlite(metrics: &Metrics) -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite://{}/new/lab.db", folder.path().display());
        let store = SqliteStore::open(&url, metrics.db_duration.clone()).await.unwrap();
        Self { store: Arc::new(store), system: "sqlite", namespace: "lab.db".to_owned(), folder }
    }

    /// `None`, with a notice, where no server is named.
    pub(crate) async fn postgres(metrics: &Metrics) -> Option<Self> {
        let Ok(server) = std::env::var(SERVER) else {
            eprintln!("skipped: {SERVER} names no server; `cargo xtask test` starts one");
            return None;
        };
        // Without sqlx's own lines: the tests count all that are written.
        let options = PgConnectOptions::from_str(&server).unwrap().disable_statement_logging();
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        let mut admin = PgConnection::connect_with(&options).await.unwrap();
        // Made of letters and digits just now.
        admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
        admin.close().await.unwrap();
        let options = options.database(&name);
        let pool = PoolConfig::default();
        let duration = metrics.db_duration.clone();
        let store = PostgresStore::open(options, &pool, duration).await.unwrap();
        Some(Self {
            store: Arc::new(store),
            system: "postgresql",
            namespace: name,
            folder: TempDir::new().unwrap(),
        })
    }
}
