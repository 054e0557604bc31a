//! One store over HTTP, and how long and how much it may answer.

use std::error::Error;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{Request, StatusCode};
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::header::ACCEPT;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use telemetry::error_chain;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// A whole question, the wait for a turn included. A healthy store needs some hundredths of
/// it; the page looks again if need be.
const DEADLINE: Duration = Duration::from_secs(2);
/// How many ask one store at once; further ones wait for their turn.
const AT_ONCE: usize = 8;
/// A trace of the lab's has some kilobytes.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// A store that has failed is left alone for so long: nobody waits twice for it.
const PAUSE: Duration = Duration::from_secs(3);

/// A store.
#[derive(Debug)]
pub(super) struct Store {
    name: &'static str,
    base: String,
    client: Client<HttpConnector, Empty<Bytes>>,
    turns: Semaphore,
    failed_at: Mutex<Option<Instant>>,
}

/// Why there is no answer.
#[derive(Debug)]
enum Trouble {
    /// The store does not work, for anybody.
    Store(String),
    /// It does, but has no use for this question, or we for its answer.
    Answer(String),
}

/// The store gave no usable answer. Why is in the log.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failed;

impl Store {
    pub(super) fn new(name: &'static str, base: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(DEADLINE));
        connector.set_nodelay(true);
        Self {
            name,
            base: base.to_owned(),
            client: Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(Duration::from_secs(20))
                .pool_max_idle_per_host(AT_ONCE)
                .build(connector),
            turns: Semaphore::new(AT_ONCE),
            failed_at: Mutex::new(None),
        }
    }

    /// What answers name it.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Asks for `path` and lets `read` make something of the answer; nothing when the store
    /// has nothing there.
    pub(super) async fn ask<T>(
        &self,
        path: &str,
        accept: &'static str,
        read: impl FnOnce(&Bytes) -> Result<T, String>,
    ) -> Result<Option<T>, Failed> {
        if self.pauses() {
            return Err(Failed);
        }
        let answer = match timeout(DEADLINE, self.fetch(path, accept)).await {
            Ok(answer) => answer,
            Err(_) => Err(Trouble::Store(format!("no answer within {} s", DEADLINE.as_secs()))),
        };
        let read = |body| read(&body).map_err(Trouble::Answer);
        match answer.and_then(|body| body.map(read).transpose()) {
            Ok(found) => {
                self.works();
                Ok(found)
            }
            Err(Trouble::Store(cause)) => {
                self.fails(&cause);
                Err(Failed)
            }
            Err(Trouble::Answer(cause)) => {
                self.works();
                tracing::warn!(
                    app.store = self.name,
                    exception.message = cause,
                    "The trace store's answer is of no use; the trace is shown without it"
                );
                Err(Failed)
            }
        }
    }

    async fn fetch(&self, path: &str, accept: &str) -> Result<Option<Bytes>, Trouble> {
        let _turn = self.turns.acquire().await.map_err(|error| broken(&error))?;
        let request = Request::get(format!("{}{path}", self.base))
            .header(ACCEPT, accept)
            .body(Empty::new())
            .map_err(|error| Trouble::Answer(error_chain(&error)))?;
        let response = self.client.request(request).await.map_err(|error| broken(&error))?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            status => {
                // What is too much for it is so for anybody.
                let is_busy = matches!(status.as_u16(), 408 | 429);
                let is_ours = status.is_client_error() && !is_busy;
                let trouble = if is_ours { Trouble::Answer } else { Trouble::Store };
                return Err(trouble(format!("it answers {status}")));
            }
        }
        let body = Limited::new(response.into_body(), MAX_BYTES).collect().await;
        let body = body.map_err(|error| {
            if error.is::<LengthLimitError>() {
                Trouble::Answer(format!("it answers more than {MAX_BYTES} bytes"))
            } else {
                broken(error.as_ref())
            }
        })?;
        Ok(Some(body.to_bytes()))
    }

    fn pauses(&self) -> bool {
        let failed_at = self.failed_at.lock().unwrap_or_else(PoisonError::into_inner);
        failed_at.is_some_and(|failed_at| failed_at.elapsed() < PAUSE)
    }

    fn works(&self) {
        let before = self.failed_at.lock().unwrap_or_else(PoisonError::into_inner).take();
        if before.is_some() {
            tracing::info!(app.store = self.name, "The trace store answers again");
        }
    }

    /// Logged once per outage.
    fn fails(&self, cause: &str) {
        let now = Some(Instant::now());
        let mut failed_at = self.failed_at.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *failed_at, now);
        drop(failed_at);
        if before.is_none() {
            tracing::warn!(
                app.store = self.name,
                exception.message = cause,
                "The trace store does not answer; traces are shown without it"
            );
        }
    }
}

fn broken(error: &(dyn Error + 'static)) -> Trouble {
    Trouble::Store(error_chain(error))
}
