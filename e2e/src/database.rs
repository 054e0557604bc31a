//! A PostgreSQL database of the test's own.

use std::str::FromStr;

use anyhow::Context;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

/// The URL of a server whose user may create databases.
const SERVER: &str = "LAB_TEST_POSTGRES_URL";

/// Creates an empty database and gives its URL and name.
pub async fn create() -> anyhow::Result<(String, String)> {
    let server = std::env::var(SERVER)
        .with_context(|| format!("{SERVER} names no server; `cargo xtask test` starts one"))?;
    let options = PgConnectOptions::from_str(&server)?;
    let name = format!("e2e_{}", uuid::Uuid::new_v4().simple());
    let mut admin = PgConnection::connect_with(&options).await?;
    // Made of letters and digits just now.
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
    admin.close().await?;
    Ok((options.database(&name).to_url_lossy().to_string(), name))
}
