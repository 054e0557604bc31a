//! Settings of the server. Each is a flag and an environment variable:
//! - `LAB_LISTEN`, `--listen`: address and port; `127.0.0.1:8080`.
//! - `DATABASE_URL`, `--database-url` and others: see [`database`].
//! - `LAB_DB_MAX_CONNECTIONS` and others of the pool: see [`pool`].
//! - `LAB_TRUSTED_PROXIES`, `--trusted-proxies`: see [`proxies`].
//! - `LAB_ASSETS_DIR`, `--assets`: what `cargo xtask frontend` wrote; `target/assets`.
//! - `LAB_MAX_CONNECTIONS`, `LAB_REQUEST_TIMEOUT` and others that bound it: see [`limits`].
//! - `LAB_GRAFANA_URL`, `--grafana-url` and the same for `PROMETHEUS`, `TEMPO` and
//!   `ALERTMANAGER`: see [`links`](crate::links).
//! - `TEMPO_URL`, `--tempo` and `LOKI_URL`, `--loki`: see [`remote`](crate::traces::remote).
//!
//! Telemetry's variables are listed in [`telemetry::config`].

pub mod database;
mod duration;
pub mod limits;
pub mod pool;
pub mod proxies;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

pub use self::limits::Limits;
pub use self::pool::PoolConfig;
use self::proxies::TrustedProxies;

/// The exit code for settings that cannot be used (`EX_USAGE` of sysexits.h).
pub const EXIT_USAGE: u8 = 64;

/// What `backend serve` takes.
#[derive(Args, Clone, Debug)]
pub struct ServeConfig {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, env = "LAB_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The database
    #[command(flatten)]
    pub database: DatabaseConfig,
    /// The connections to it
    #[command(flatten)]
    pub pool: PoolConfig,
    /// Networks of reverse proxies whose X-Forwarded-For names the client, or none; this
    /// machine and private networks when it is not given
    #[arg(long, env = "LAB_TRUSTED_PROXIES", default_value = "")]
    pub trusted_proxies: TrustedProxies,
    /// Folder of the built frontend
    #[arg(long = "assets", env = "LAB_ASSETS_DIR", default_value = "target/assets")]
    pub assets_dir: PathBuf,
    /// What it takes on
    #[command(flatten)]
    pub limits: Limits,
    /// The programs beside the lab
    #[command(flatten)]
    pub links: LinksConfig,
    /// Where traces are kept for longer than here
    #[command(flatten)]
    pub trace_stores: TraceStoresConfig,
}

/// Where the lab's telemetry ends up, to be read from there. Texts for the same reason as
/// [`LinksConfig`]'s.
#[derive(Args, Clone, Debug, Default)]
pub struct TraceStoresConfig {
    /// Tempo's URL as this process reaches it, such as <http://tempo:3200>
    #[arg(long = "tempo", env = "TEMPO_URL", hide_env_values = true)]
    pub tempo: Option<String>,
    /// Loki's URL as this process reaches it, such as <http://loki:3100>
    #[arg(long = "loki", env = "LOKI_URL", hide_env_values = true)]
    pub loki: Option<String>,
}

/// Where the programs beside the lab answer. Texts here, checked after clap: its messages
/// repeat a refused value, which may hold a password.
#[derive(Args, Clone, Debug, Default)]
pub struct LinksConfig {
    /// Grafana's URL; `{host}` in it is the host name that the page was asked for
    #[arg(long, env = "LAB_GRAFANA_URL", hide_env_values = true)]
    pub grafana_url: Option<String>,
    /// Prometheus' URL, as Grafana's
    #[arg(long, env = "LAB_PROMETHEUS_URL", hide_env_values = true)]
    pub prometheus_url: Option<String>,
    /// Tempo's URL, as Grafana's
    #[arg(long, env = "LAB_TEMPO_URL", hide_env_values = true)]
    pub tempo_url: Option<String>,
    /// Alertmanager's URL, as Grafana's
    #[arg(long, env = "LAB_ALERTMANAGER_URL", hide_env_values = true)]
    pub alertmanager_url: Option<String>,
}

/// Where the tasks are.
#[derive(Args, Clone, Debug)]
pub struct DatabaseConfig {
    /// The database's URL: `sqlite://FILE` or `postgres://USER@HOST/DATABASE`
    // A text here, parsed after clap: its messages repeat a refused value, which may
    // hold a password.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
}
