//! A connection that is lent out, and its way back.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use deadpool::managed::Object;
use sqlx::Connection;
use tokio::time::timeout;

use super::opener::Opener;

/// A connection that goes back to its pool when it is dropped.
///
/// After [`Lent::settle`] at once. Otherwise a statement broke off and its answer may still
/// be on the way: the connection is asked whether it answers first, which also clears up,
/// and its place is given to a new one if it does not in time. A server that falls silent at
/// this moment may not keep the place (ADR 0026). Neither may a connection that can be in the
/// middle of a transaction: whatever the next one wrote would be lost with it.
#[derive(Debug)]
pub(in crate::store) struct Lent<C: Connection + 'static> {
    /// `None` once it has gone its way.
    connection: Option<Object<Opener<C>>>,
    settled: bool,
    in_transaction: bool,
    patience: Duration,
}

/// It is taken by [`Lent::close`] and by dropping alone, after which there is no `Lent`.
const THERE: &str = "a connection that is lent is there";

impl<C: Connection + 'static> Lent<C> {
    pub(super) fn new(connection: Object<Opener<C>>, patience: Duration) -> Self {
        Self { connection: Some(connection), settled: false, in_transaction: false, patience }
    }

    /// Says that a transaction is about to begin. Its end cannot be left to sqlx, which counts
    /// it only once the server has answered, and believes it open where SQLite has ended it.
    pub(in crate::store) fn begins_transaction(&mut self) {
        self.in_transaction = true;
    }

    /// Says that all statements have been answered and no transaction is open.
    pub(in crate::store) fn settle(mut self) {
        self.settled = true;
    }

    /// Closes it instead of giving it back.
    pub(in crate::store) async fn close(mut self) {
        if let Some(connection) = self.connection.take() {
            // One that cannot say goodbye is closed all the same.
            let _ = Object::take(connection).close().await;
        }
    }
}

impl<C: Connection + 'static> Deref for Lent<C> {
    type Target = C;

    fn deref(&self) -> &C {
        self.connection.as_ref().expect(THERE)
    }
}

impl<C: Connection + 'static> DerefMut for Lent<C> {
    fn deref_mut(&mut self) -> &mut C {
        self.connection.as_mut().expect(THERE)
    }
}

impl<C: Connection + 'static> Drop for Lent<C> {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take().filter(|_| !self.settled) else {
            return;
        };
        if self.in_transaction {
            // Closing it is what undoes the transaction for sure.
            drop(Object::take(connection));
            return;
        }
        let patience = self.patience;
        tokio::spawn(async move {
            if !matches!(timeout(patience, connection.ping()).await, Ok(Ok(()))) {
                // Frees the place. Nothing is said to who does not listen.
                drop(Object::take(connection));
            }
        });
    }
}
