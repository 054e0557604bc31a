//! Alertmanager, started as the compose stack starts it.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::Context;
use serde_json::Value;
use tempfile::TempDir;

use crate::process::Process;
use crate::program;
use crate::prometheus::ready;
use crate::proxy::free_addresses;

/// A running Alertmanager.
#[derive(Debug)]
pub struct Alertmanager {
    /// Where it listens.
    pub address: SocketAddr,
    _process: Process,
    _folder: TempDir,
}

impl Alertmanager {
    /// Starts it with `compose/alertmanager`. Every alert goes to `webhook`; `secrets` are
    /// files that switch channels on.
    pub async fn start(webhook: &str, secrets: &[(&str, &str)]) -> anyhow::Result<Self> {
        let folder = TempDir::new().context("no temporary folder")?;
        let kept = folder.path().join("secrets");
        fs::create_dir(&kept)?;
        for (name, content) in secrets {
            fs::write(kept.join(name), content)?;
        }
        let [address, _] = free_addresses()?;
        let start = Path::new(env!("CARGO_MANIFEST_DIR")).join("../compose/alertmanager/start.sh");
        let mut command = Command::new("sh");
        command
            .arg(start)
            .arg(format!("--storage.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .args(["--cluster.listen-address=", "--log.level=error"])
            .env("ALERTMANAGER", program::find(&["alertmanager", "prometheus-alertmanager"])?)
            .env("LAB_ALERT_WEBHOOK", webhook)
            .env("LAB_ALERT_SECRETS", kept)
            .env("TMPDIR", folder.path());
        let mut process = Process::spawn(command)?;
        ready(&format!("http://{address}/-/ready"), &mut process).await?;
        Ok(Self { address, _folder: folder, _process: process })
    }

    /// The alerts that it knows, with whether they are inhibited.
    pub async fn alerts(&self) -> anyhow::Result<Vec<Value>> {
        let url = format!("http://{}/api/v2/alerts", self.address);
        Ok(reqwest::get(url).await?.json().await?)
    }
}
