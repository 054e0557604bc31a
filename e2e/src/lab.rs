//! A lab of the test's own: the backend on a free port with a fresh database.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::process::Process;

/// A running lab.
#[derive(Debug)]
pub struct Lab {
    /// Where it answers, such as `http://127.0.0.1:40123`.
    pub url: String,
    http: reqwest::Client,
    _process: Process,
    _folder: TempDir,
}

impl Lab {
    /// Starts the backend that `LAB_BACKEND_BIN` names with the frontend in
    /// `LAB_ASSETS_DIR`; both default to where `cargo xtask test` builds them.
    pub fn start() -> anyhow::Result<Self> {
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
        let path = |variable: &str, default: &str| {
            std::env::var_os(variable).map_or_else(|| target.join(default), PathBuf::from)
        };
        let program = path("LAB_BACKEND_BIN", "debug/backend");
        let assets = path("LAB_ASSETS_DIR", "assets");
        for needed in [&program, &assets.join("manifest.json")] {
            ensure!(
                needed.exists(),
                "{} is missing; `cargo xtask test` builds what this test runs",
                needed.display()
            );
        }
        let folder = TempDir::new().context("no temporary folder")?;
        let mut command = Command::new(program);
        command
            .arg("serve")
            .env("LAB_LISTEN", "127.0.0.1:0")
            .env("LAB_ASSETS_DIR", assets)
            .env("DATABASE_URL", format!("sqlite://{}/lab.db", folder.path().display()))
            .env_remove("OTEL_EXPORTER_OTLP_ENDPOINT")
            .env_remove("OTEL_SDK_DISABLED")
            .env_remove("RUST_LOG");
        let (process, url) = Process::start(command, |line| {
            let line: Value = serde_json::from_str(line).ok()?;
            Some(line["message"].as_str()?.strip_prefix("Listening on ")?.to_owned())
        })?;
        Ok(Self { url, http: reqwest::Client::new(), _process: process, _folder: folder })
    }

    /// The JSON that `path` answers.
    pub async fn json(&self, path: &str) -> anyhow::Result<Value> {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await?;
        Ok(answer.json().await?)
    }

    /// Stores a task without the browser.
    pub async fn add(&self, title: &str, description: &str) -> anyhow::Result<Value> {
        let body = serde_json::json!({ "title": title, "description": description });
        let answer = self.http.post(format!("{}/api/tasks", self.url)).json(&body).send().await?;
        ensure!(answer.status() == 201, "{}", answer.status());
        Ok(answer.json().await?)
    }

    /// The trace once `enough` says so, or as it is after five seconds.
    pub async fn trace(
        &self,
        trace_id: &str,
        enough: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Value> {
        let deadline = Instant::now() + Duration::from_secs(5);
        loop {
            let trace = self.json(&format!("/api/traces/{trace_id}")).await?;
            if enough(&trace) || Instant::now() > deadline {
                return Ok(trace);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
