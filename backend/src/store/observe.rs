//! The span and the metric of each statement.

use std::future::Future;
use std::io;
use std::time::{Duration, Instant};

use opentelemetry::trace::Status;
use prometheus::HistogramVec;
use tokio::time::timeout;
use tracing::field::Empty;
use tracing::instrument::WithSubscriber;
use tracing::{Dispatch, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::StoreError;

/// A statement that takes longer than this gets a warning.
const SLOW: Duration = Duration::from_secs(1);

/// What a statement does, for its span and its metric.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    /// `db.operation.name` and the metric's label: SELECT, INSERT, UPDATE or DELETE.
    pub operation: &'static str,
    /// The span's name: the operation and the collection.
    pub name: &'static str,
    /// The statement with placeholders, never with values.
    pub text: &'static str,
}

impl Statement {
    /// What a batch of one is.
    fn alone(self) -> Self {
        let alone = |name: &'static str| name.strip_prefix("BATCH ").unwrap_or(name);
        Self { operation: alone(self.operation), name: alone(self.name), text: self.text }
    }
}

/// How many rows a statement returned.
pub trait Rows {
    /// The value of `db.response.returned_rows`.
    fn rows(&self) -> usize;

    /// The same as spans take it: tracing-opentelemetry writes other integers as text.
    fn attribute(&self) -> i64 {
        i64::try_from(self.rows()).unwrap_or(i64::MAX)
    }
}

impl<T> Rows for Vec<T> {
    fn rows(&self) -> usize {
        self.len()
    }
}

impl<T> Rows for Option<T> {
    fn rows(&self) -> usize {
        usize::from(self.is_some())
    }
}

/// Runs statements of one database under observation.
#[derive(Clone, Debug)]
pub struct Observed {
    /// `db.system.name`: `sqlite` or `postgresql`.
    pub system: &'static str,
    /// `db.namespace`: the database's name.
    pub namespace: String,
    /// `server.address` and `server.port`, where there is a server.
    pub server: Option<(String, i64)>,
    /// `db_query_duration_seconds`.
    pub duration: HistogramVec,
    /// How long a statement may take with its wait for a connection, where the server may
    /// stop answering.
    pub patience: Option<Duration>,
}

impl Observed {
    /// Runs `query` in a client span that follows the semantic conventions for database
    /// calls (1.44) and records its duration. The wait for a connection counts: it is
    /// part of what the request waits for.
    pub async fn run<T: Rows, E: Into<StoreError>>(
        &self,
        statement: Statement,
        query: impl Future<Output = Result<T, E>>,
    ) -> Result<T, StoreError> {
        let span = self.span(statement);
        let (result, elapsed) = in_span(&span, self.in_time(query)).await;
        self.duration.with_label_values(&[statement.operation]).observe(elapsed.as_secs_f64());
        if elapsed > SLOW {
            let duration = elapsed.as_secs_f64();
            span.in_scope(|| {
                tracing::warn!(
                    db.query.text = statement.text,
                    db.client.operation.duration = duration,
                    "Slow statement: {} took {duration:.3} s",
                    statement.name
                );
            });
        }
        if let Ok(rows) = &result {
            span.record("db.response.returned_rows", rows.attribute());
        }
        result
    }

    /// Runs `size` statements as one span, without the duration: a batch is no query. One
    /// statement is no batch, say the conventions.
    pub async fn run_batch<T: Rows>(
        &self,
        statement: Statement,
        size: u32,
        queries: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, StoreError> {
        if size == 1 {
            return in_span(&self.span(statement.alone()), queries).await.0;
        }
        let span = self.span(statement);
        span.set_attribute("db.operation.batch.size", i64::from(size));
        in_span(&span, queries).await.0
    }

    async fn in_time<T, E: Into<StoreError>>(
        &self,
        query: impl Future<Output = Result<T, E>>,
    ) -> Result<T, StoreError> {
        let Some(patience) = self.patience else { return query.await.map_err(Into::into) };
        match timeout(patience, query).await {
            Ok(result) => result.map_err(Into::into),
            Err(_elapsed) => Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into()).into()),
        }
    }

    fn span(&self, statement: Statement) -> Span {
        tracing::info_span!(
            "db",
            otel.name = statement.name,
            otel.kind = "client",
            db.system.name = self.system,
            db.namespace = self.namespace,
            db.collection.name = "tasks",
            db.operation.name = statement.operation,
            db.query.text = statement.text,
            db.response.returned_rows = Empty,
            db.response.status_code = Empty,
            server.address = self.server.as_ref().map(|(address, _)| address.as_str()),
            server.port = self.server.as_ref().map(|(_, port)| *port),
            error.r#type = Empty,
        )
    }
}

/// Runs `query` as what `span` stands for; the span ends with its last handle.
async fn in_span<T, E: Into<StoreError>>(
    span: &Span,
    query: impl Future<Output = Result<T, E>>,
) -> (Result<T, StoreError>, Duration) {
    let start = Instant::now();
    // sqlx hands the current span to the connection's thread, which drops it some
    // time later: the span would end late, and its parents with it (ADR 0007).
    // `none()` is not made but there: each new dispatcher has every call site asked anew.
    // Nothing else runs meanwhile, so that the span need not be entered either.
    let result = query.with_subscriber(Dispatch::none()).await.map_err(Into::into);
    if let Err(error) = &result {
        span.record("error.type", error.class());
        span.record("db.response.status_code", error.response_code());
        span.set_status(Status::error(error.to_string()));
    }
    (result, start.elapsed())
}
