//! Settings of the server. Each is a flag and an environment variable:
//! - `LAB_LISTEN`, `--listen`: address and port; `127.0.0.1:8080`.
//! - `DATABASE_URL`, `--database-url`: `sqlite://data/lab.db`.
//! - `LAB_ASSETS_DIR`, `--assets`: what `cargo xtask frontend` wrote; `target/assets`.
//!
//! Telemetry's variables are listed in [`telemetry::config`].

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use thiserror::Error;

/// The exit code for settings that cannot be used (`EX_USAGE` of sysexits.h).
pub const EXIT_USAGE: u8 = 64;

/// What `backend serve` takes.
#[derive(Args, Clone, Debug)]
pub struct ServeConfig {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, env = "LAB_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The database's URL, such as `sqlite://data/lab.db`
    #[arg(
        long,
        env = "DATABASE_URL",
        default_value = "sqlite://data/lab.db",
        hide_env_values = true
    )]
    // Parsed after clap, whose messages repeat a refused value: it may hold a password.
    pub database_url: String,
    /// Folder of the built frontend
    #[arg(long = "assets", env = "LAB_ASSETS_DIR", default_value = "target/assets")]
    pub assets_dir: PathBuf,
}

/// A database by the scheme of its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A SQLite file; holds no secret.
    Sqlite(String),
}

/// The URL names no database that this build knows. The URL itself stays out of the
/// text: it may hold a password.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "DATABASE_URL is not usable: the scheme is not supported; expected sqlite://FILE, such as sqlite://data/lab.db"
)]
pub struct UnknownDatabase;

impl DatabaseUrl {
    /// Chooses by the scheme.
    pub fn parse(url: &str) -> Result<Self, UnknownDatabase> {
        match url.split_once(':') {
            Some(("sqlite", rest)) if !rest.is_empty() => Ok(Self::Sqlite(url.to_owned())),
            _ => Err(UnknownDatabase),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_schemes_pass() {
        assert!(DatabaseUrl::parse("sqlite://data/lab.db").is_ok());
        for url in ["postgres://u:p@h/d", "data/lab.db", "", "sqlite:"] {
            assert_eq!(DatabaseUrl::parse(url), Err(UnknownDatabase), "{url}");
        }
    }
}
