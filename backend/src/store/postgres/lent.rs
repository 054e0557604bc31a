//! A connection that is lent out, and its way back.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres};
use tokio::time::timeout;

/// A connection that is back in its pool within a time, or given up.
///
/// sqlx asks a connection that comes back whether it still answers, and waits for that
/// without an end: a server that falls silent at this moment would take the connection's
/// place in the pool for good, and with the last place every request (ADR 0010).
#[derive(Debug)]
pub(super) struct Lent {
    pub(super) connection: PoolConnection<Postgres>,
    pub(super) patience: Duration,
}

impl Deref for Lent {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // The way back that sqlx itself spawns for a connection that is dropped. Giving it
        // up frees the place.
        tokio::spawn(timeout(self.patience, self.connection.return_to_pool()));
    }
}
