//! What happens to connections.

use std::time::Duration;

use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteConnectOptions;
use tokio::time::sleep;

use super::{Connections, Pool, Rules, close_idle};

const PATIENCE: Duration = Duration::from_secs(10);

fn pool(max: usize) -> Pool<SqliteConnection> {
    let rules = Rules { max, acquire: PATIENCE, patience: PATIENCE, fresh: None };
    Pool::new(SqliteConnectOptions::new().in_memory(true), rules).expect("a pool")
}

async fn seen(pool: &Pool<SqliteConnection>, idle: usize, used: usize) {
    let wait = async {
        while pool.count() != (Connections { idle, used }) {
            sleep(Duration::from_millis(1)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, wait).await;
    assert!(waited.is_ok(), "{:?}", pool.count());
}

#[tokio::test]
async fn connections_are_opened_as_needed_and_used_again() {
    let pool = pool(2);
    seen(&pool, 0, 0).await;
    for _ in 0..3 {
        let lent = pool.acquire().await.expect("a connection");
        seen(&pool, 0, 1).await;
        lent.settle();
        seen(&pool, 1, 0).await;
    }
}

#[tokio::test]
async fn who_gets_no_turn_is_told_so() {
    let pool = pool(1);
    let rules = Rules { acquire: Duration::from_millis(20), ..pool.rules };
    // Only who gets no turn is in a hurry: opening one may take longer.
    let hasty = Pool { connections: pool.connections.clone(), rules };
    let lent = pool.acquire().await.expect("a connection");
    assert!(matches!(hasty.acquire().await, Err(sqlx::Error::PoolTimedOut)));
    lent.settle();
    pool.acquire().await.expect("it is back").settle();
}

#[tokio::test]
async fn what_broke_off_is_cleared_up_before_the_next_use() {
    use sqlx::Connection as _;

    let pool = pool(1);
    let mut lent = pool.acquire().await.expect("a connection");
    let mut transaction = lent.begin().await.expect("a transaction");
    sqlx::query("CREATE TABLE gone (n INTEGER)").execute(&mut *transaction).await.expect("DDL");
    drop(transaction);
    drop(lent);
    let mut lent = pool.acquire().await.expect("the same connection");
    let tables = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM sqlite_master");
    assert_eq!(tables.fetch_one(&mut *lent).await.expect("a count"), 0);
    lent.begin().await.expect("no transaction is open").rollback().await.expect("undone");
    lent.settle();
}

/// As where the one who asked is gone before BEGIN is answered: sqlx does not know of it.
#[tokio::test]
async fn a_transaction_that_broke_off_while_it_began_is_nobody_elses() {
    use sqlx::Connection as _;

    let pool = pool(1);
    let mut lent = pool.acquire().await.expect("a connection");
    lent.begins_transaction();
    sqlx::query("BEGIN").execute(&mut *lent).await.expect("a transaction");
    drop(lent);
    let mut lent = pool.acquire().await.expect("another connection");
    lent.begin().await.expect("no transaction is open").rollback().await.expect("undone");
    lent.settle();
}

#[tokio::test]
async fn idle_connections_are_closed_and_others_are_not() {
    let pool = pool(2);
    let used = pool.acquire().await.expect("a connection");
    pool.acquire().await.expect("another").settle();
    close_idle(&pool.connections, PATIENCE).await;
    seen(&pool, 1, 1).await;
    close_idle(&pool.connections, Duration::ZERO).await;
    seen(&pool, 0, 1).await;
    used.settle();
}

#[tokio::test]
async fn closing_waits_for_what_is_lent() {
    let pool = pool(2);
    let lent = pool.acquire().await.expect("a connection");
    let close = pool.close();
    let end = async {
        sleep(Duration::from_millis(20)).await;
        assert_eq!(pool.count().used, 1);
        lent.settle();
    };
    tokio::join!(close, end);
    assert_eq!(pool.count(), Connections::default());
    assert!(matches!(pool.acquire().await, Err(sqlx::Error::PoolClosed)));
}
