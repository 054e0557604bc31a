//! The backend as a process.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::process::Process;

/// A running backend.
#[derive(Debug)]
pub struct Backend {
    /// Where it answers, such as `http://127.0.0.1:40123`.
    pub url: String,
    /// The process.
    pub process: Process,
    _folder: TempDir,
}

impl Backend {
    /// Starts the program that `LAB_BACKEND_BIN` names with the frontend in
    /// `LAB_ASSETS_DIR`; both default to where `cargo xtask test` builds them. Without a
    /// database URL it gets a SQLite file of its own; `vars` are more variables.
    pub fn start(
        listen: &str,
        database_url: Option<&str>,
        vars: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let program = path("LAB_BACKEND_BIN", "debug/backend");
        let assets = assets();
        for needed in [&program, &assets.join("manifest.json")] {
            ensure!(
                needed.exists(),
                "{} is missing; `cargo xtask test` builds what this test runs",
                needed.display()
            );
        }
        let folder = TempDir::new().context("no temporary folder")?;
        let own = format!("sqlite://{}/lab.db", folder.path().display());
        let mut command = Command::new(program);
        command
            .arg("serve")
            .env("LAB_LISTEN", listen)
            .env("LAB_ASSETS_DIR", assets)
            .env("DATABASE_URL", database_url.unwrap_or(&own))
            .env_remove("OTEL_EXPORTER_OTLP_ENDPOINT")
            .env_remove("OTEL_SDK_DISABLED")
            .env_remove("RUST_LOG")
            .envs(vars.iter().copied());
        let (process, url) = Process::start(command, |line| {
            let line: Value = serde_json::from_str(line).ok()?;
            Some(line["message"].as_str()?.strip_prefix("Listening on ")?.to_owned())
        })?;
        Ok(Self { url, process, _folder: folder })
    }
}

/// The built frontend's folder.
#[must_use]
pub fn assets() -> PathBuf {
    path("LAB_ASSETS_DIR", "assets")
}

fn path(variable: &str, default: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    std::env::var_os(variable).map_or_else(|| target.join(default), PathBuf::from)
}
