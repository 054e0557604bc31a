//! The command line, and the only place that wires the parts.

mod healthcheck;
mod usage;

use std::future::Future;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, Subcommand};
use telemetry::Telemetry;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::time::timeout;

use crate::alerts::FiringAlerts;
use crate::assets::Assets;
use crate::clock::SystemClock;
use crate::config::database::Database;
use crate::config::{DatabaseConfig, EXIT_USAGE, PoolConfig, ServeConfig};
use crate::links::Links;
use crate::metrics::Metrics;
use crate::state::{AppState, Parts};
use crate::store::TaskStore;
use crate::store::postgres::PostgresStore;
use crate::store::sqlite::SqliteStore;
use crate::traces::sink::StoreSink;
use crate::traces::{Limits, RemoteStores, StoreUrls, TraceStore};
use crate::{router, server, shutdown};
use healthcheck::HealthcheckConfig;
pub use usage::refuse;

/// How long the last spans and log records have to reach the collector.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the connections to the database have to say goodbye.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// The Observability Lab's backend.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    Work(Work),
    /// Exit with 0 if the server that listens here is ready, with 1 if not
    Healthcheck(HealthcheckConfig),
}

/// Commands that do something worth recording.
#[derive(Debug, Subcommand)]
enum Work {
    /// Serve the page, the API and the metrics
    Serve(Box<ServeConfig>),
    /// Bring the database's schema up to date and exit
    Migrate(DatabaseConfig),
}

/// Runs the command.
#[must_use]
pub fn run(cli: &Cli) -> ExitCode {
    match &cli.command {
        Command::Work(work) => observe(work),
        Command::Healthcheck(config) => healthcheck::run(config),
    }
}

/// Does the work; telemetry is flushed whether it succeeds or fails.
fn observe(work: &Work) -> ExitCode {
    let Settings { telemetry: settings, database, links, stores } = match settings(work) {
        Ok(settings) => settings,
        Err(error) => {
            eprintln!("backend: {error:#}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    let traces = TraceStore::new(settings.service_name, Limits::default());
    let sink = StoreSink(Arc::clone(&traces));
    let telemetry = match telemetry::install(&settings, Some(Box::new(sink))) {
        Ok(telemetry) => telemetry,
        Err(error) => {
            eprintln!("backend: {:#}", anyhow::Error::new(error));
            return ExitCode::from(EXIT_USAGE);
        }
    };

    let result = match work {
        Work::Serve(config) => {
            let remote = RemoteStores::new(&stores);
            block_on(serve(config, database, links, traces, remote, &telemetry))
        }
        Work::Migrate(_) => block_on(migrate(database)),
    };
    if let Err(error) = &result {
        tracing::error!(exception.message = format!("{error:#}"), "Ending with an error");
        eprintln!("backend: {error:#}");
    }
    if !telemetry.shutdown(FLUSH_TIMEOUT) {
        eprintln!("backend: some telemetry could not be sent in time");
    }
    if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What has to be right before anything starts.
struct Settings {
    telemetry: telemetry::Config,
    database: Database,
    links: Links,
    stores: StoreUrls,
}

fn settings(work: &Work) -> anyhow::Result<Settings> {
    let telemetry = telemetry::Config::from_env("task-backend", env!("CARGO_PKG_VERSION"))?;
    let (database, links, stores) = match work {
        Work::Serve(config) => (
            &config.database,
            Links::choose(&config.links)?,
            StoreUrls::choose(&config.trace_stores)?,
        ),
        Work::Migrate(database) => (database, Links::default(), StoreUrls::default()),
    };
    let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let database = Database::choose(database.database_url.as_deref(), &var)?;
    Ok(Settings { telemetry, database, links, stores })
}

fn block_on(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let runtime = Runtime::new().context("could not start the runtime")?;
    let result = runtime.block_on(command);
    // Dropped, it would wait for name look-ups and file accesses that hang.
    runtime.shutdown_background();
    result
}

async fn serve(
    config: &ServeConfig,
    database: Database,
    links: Links,
    traces: Arc<TraceStore>,
    remote: RemoteStores,
    telemetry: &Telemetry,
) -> anyhow::Result<()> {
    // First: a container's first process has no default for signals, and would miss one that
    // comes while the database is waited for.
    let mut stop = pin!(shutdown::watch()?);
    let metrics = Metrics::new().context("could not register the metrics")?;
    let Some(store) = open_before(stop.as_mut(), database, &config.pool, &metrics).await? else {
        return Ok(());
    };
    let assets = Assets::load(&config.assets_dir);
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("could not listen on {}", config.listen))?;
    let address = listener.local_addr().context("the listener has no address")?;
    let state = AppState::new(Parts {
        store: Arc::clone(&store),
        clock: Arc::new(SystemClock),
        metrics,
        alerts: FiringAlerts::default(),
        traces,
        remote,
        dropped: telemetry.dropped(),
        forwarder: telemetry.forwarder(),
        assets,
        proxies: config.trusted_proxies.clone(),
        links,
        sample_ratio: telemetry::sampling::ratio_from_env(),
        limits: config.limits.clone(),
    });
    tracing::info!(
        server.address = %address.ip(),
        server.port = address.port(),
        "Listening on http://{address}"
    );
    server::serve(listener, router::build(state), &config.limits, stop).await;
    if timeout(CLOSE_TIMEOUT, store.close()).await.is_err() {
        tracing::warn!("The database did not close its connections in time");
    }
    Ok(())
}

async fn migrate(database: Database) -> anyhow::Result<()> {
    let stop = pin!(shutdown::watch()?);
    let metrics = Metrics::new().context("could not register the metrics")?;
    let store = open_before(stop, database, &PoolConfig::default(), &metrics).await?;
    store.context("ended before the schema was up to date")?.close().await;
    tracing::info!("The schema is up to date");
    Ok(())
}

/// The database, or nothing where a signal comes before it is open.
async fn open_before(
    stop: impl Future<Output = &'static str>,
    database: Database,
    pool: &PoolConfig,
    metrics: &Metrics,
) -> anyhow::Result<Option<Arc<dyn TaskStore>>> {
    tokio::select! {
        biased;
        store = Box::pin(open(database, pool, metrics)) => store.map(Some),
        signal = stop => {
            tracing::info!(signal, "Stopping: the database was not open yet");
            Ok(None)
        }
    }
}

/// Opens the database; every engine brings its schema up to date then.
async fn open(
    database: Database,
    pool: &PoolConfig,
    metrics: &Metrics,
) -> anyhow::Result<Arc<dyn TaskStore>> {
    let duration = metrics.db_duration.clone();
    Ok(match database {
        Database::Sqlite(url) => Arc::new(SqliteStore::open(&url, duration).await?),
        Database::Postgres(options) => {
            Arc::new(PostgresStore::open(*options, pool, duration).await?)
        }
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn verify_cli() {
        Cli::command().debug_assert();
    }
}
