//! How connections come to be, and when they are too old.

use std::io::ErrorKind;
use std::time::Duration;

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use sqlx::{ConnectOptions, Connection};
use tokio::time::sleep;

/// A connection that has been open for longer is not used again: servers, and what stands
/// between, keep something for each for as long as it lives.
const LIFE: Duration = Duration::from_mins(30);
/// Pauses between attempts to connect.
const PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Opens connections and tries those that have been idle.
#[derive(Debug)]
pub(super) struct Opener<C: Connection + 'static> {
    options: C::Options,
    fresh: Option<Duration>,
}

impl<C: Connection + 'static> Opener<C> {
    pub(super) fn new(options: C::Options, fresh: Option<Duration>) -> Self {
        Self { options, fresh }
    }
}

impl<C: Connection + 'static> Manager for Opener<C> {
    type Type = C;
    type Error = sqlx::Error;

    /// Tries until it has one, or an answer that will not change; whoever waits says for
    /// how long.
    async fn create(&self) -> Result<C, sqlx::Error> {
        let mut pause = PAUSE;
        loop {
            match self.options.connect().await {
                Err(error) if is_starting(&error) => {}
                outcome => return outcome,
            }
            sleep(pause).await;
            pause = LONGEST_PAUSE.min(2 * pause);
        }
    }

    async fn recycle(&self, connection: &mut C, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if metrics.age() > LIFE {
            return Err(RecycleError::message("old"));
        }
        if self.fresh.is_some_and(|fresh| metrics.last_used() > fresh) {
            connection.ping().await?;
        }
        Ok(())
    }
}

/// Whether the server is about to be there: nobody listens yet, or who does lets nobody in.
fn is_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == ErrorKind::ConnectionRefused,
        sqlx::Error::Database(error) => error.is_transient_in_connect_phase(),
        _ => false,
    }
}
