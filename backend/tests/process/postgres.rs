//! PostgreSQL for a test: a database on the suite's server, or a server to do harm to.

use std::io::Write;

use postgres_fixture::{Durability, Postgres};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// The URL of a server whose user may create databases; `cargo xtask test` starts one.
const SERVER: &str = "LAB_TEST_POSTGRES_URL";

/// The URL of a new database on the suite's server; `None`, with a notice, where no
/// server is named.
pub(crate) async fn database() -> Option<String> {
    let Ok(server) = std::env::var(SERVER) else {
        notice(&format!("{SERVER} names no server; `cargo xtask test` starts one"));
        return None;
    };
    let mut admin = PgConnection::connect(&server).await.unwrap();
    let name = format!("process_{}", uuid::Uuid::new_v4().simple());
    // Made of letters and digits just now.
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    Some(format!("{base}/{name}"))
}

/// A server of the test's own; `None`, with a notice, where PostgreSQL is not installed.
/// In the suite it is.
pub(crate) fn server() -> Option<Postgres> {
    if postgres_fixture::programs().is_none() && std::env::var_os(SERVER).is_none() {
        notice("PostgreSQL is not installed; `cargo xtask test` does so");
        return None;
    }
    Some(Postgres::start(Durability::None).unwrap())
}

/// Says that a test was left out, also where the output of tests that pass is not shown.
pub(crate) fn notice(why: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    std::io::stderr().write_all(format!("skipped: {test}: {why}\n").as_bytes()).unwrap();
}
