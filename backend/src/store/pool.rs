//! Connections that are opened where they are needed and lent out (ADR 0026).

mod lent;
mod opener;

use std::time::Duration;

use deadpool::managed::{self, PoolError, QueueMode};
use sqlx::Connection;
use tokio::time::{sleep, timeout};

use super::Connections;
pub(super) use lent::Lent;
use opener::Opener;

/// A connection that nobody has borrowed for longer is closed.
const IDLE: Duration = Duration::from_mins(10);
/// How often that is looked at.
const LOOK: Duration = Duration::from_mins(1);
/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(5);
/// How often closing looks whether the last statement has ended.
const STEP: Duration = Duration::from_millis(5);

/// How connections of a pool are treated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// Connections at the most.
    pub(super) max: usize,
    /// How long it may take to get one, a new one included.
    pub(super) acquire: Duration,
    /// How long one whose statement broke off may take to answer again.
    pub(super) patience: Duration,
    /// One that was lent longer ago is tried before it is lent again; `None` where the other
    /// side cannot go away.
    pub(super) fresh: Option<Duration>,
}

/// Connections to one database; its clones share them.
#[derive(Debug)]
pub(super) struct Pool<C: Connection + 'static> {
    connections: managed::Pool<Opener<C>>,
    rules: Rules,
}

impl<C: Connection + 'static> Clone for Pool<C> {
    fn clone(&self) -> Self {
        Self { connections: self.connections.clone(), rules: self.rules }
    }
}

impl<C: Connection + 'static> Pool<C> {
    /// Opens nothing yet.
    pub(super) fn new(options: C::Options, rules: Rules) -> anyhow::Result<Self> {
        let connections = managed::Pool::builder(Opener::new(options, rules.fresh))
            .max_size(rules.max)
            // The others may become idle.
            .queue_mode(QueueMode::Lifo)
            .build()?;
        let weak = connections.weak();
        tokio::spawn(async move {
            while let Some(connections) = weak.upgrade() {
                close_idle(&connections, IDLE).await;
                drop(connections);
                sleep(LOOK).await;
            }
        });
        Ok(Self { connections, rules })
    }

    /// A connection, in turn; fails as sqlx's pool does.
    pub(super) async fn acquire(&self) -> Result<Lent<C>, sqlx::Error> {
        match timeout(self.rules.acquire, self.connections.get()).await {
            Ok(Ok(connection)) => Ok(Lent::new(connection, self.rules.patience)),
            Ok(Err(PoolError::Backend(error))) => Err(error),
            Ok(Err(PoolError::Closed)) => Err(sqlx::Error::PoolClosed),
            Ok(Err(_)) | Err(_) => Err(sqlx::Error::PoolTimedOut),
        }
    }

    /// How many there are at this moment.
    pub(super) fn count(&self) -> Connections {
        let status = self.connections.status();
        Connections { idle: status.available, used: status.size - status.available }
    }

    /// Waits for running statements and closes every connection.
    pub(super) async fn close(&self) {
        loop {
            close_idle(&self.connections, Duration::ZERO).await;
            if self.connections.status().size == 0 {
                return self.connections.close();
            }
            sleep(STEP).await;
        }
    }
}

async fn close_idle<C: Connection + 'static>(
    connections: &managed::Pool<Opener<C>>,
    idle: Duration,
) {
    for connection in connections.retain(|_, metrics| metrics.last_used() < idle).removed {
        // One that cannot say goodbye is closed all the same.
        let _ = timeout(GOODBYE, connection.close()).await;
    }
}

#[cfg(test)]
mod tests;
