//! Prometheus with the lab's own files.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::process::Process;
use crate::program;
use crate::proxy::free_addresses;

/// How long it may take to start, and a query to get its answer. A burn rate can take 95 s
/// with the production rules: the first scrape 5 s, two evaluations of what it increases
/// 15 s each, and then the group that is evaluated once a minute.
const PATIENCE: Duration = Duration::from_mins(3);

/// What the links of alerts begin with.
pub const DOCS_URL: &str = "https://git.test/lab/";
/// Likewise those to dashboards.
pub const GRAFANA_URL: &str = "https://grafana.test";

/// A running Prometheus.
#[derive(Debug)]
pub struct Prometheus {
    url: String,
    http: reqwest::Client,
    _process: Process,
    _folder: TempDir,
}

/// One series of an instant query's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Its labels, the name as `__name__` among them.
    pub labels: BTreeMap<String, String>,
    /// Its value.
    pub value: f64,
}

impl Prometheus {
    /// Starts it with `compose/prometheus` and a set of objectives' rules, `production` or
    /// `demo`. `targets` are the contents of target files by name.
    pub async fn start(set: &str, targets: &[(&str, String)]) -> anyhow::Result<Self> {
        let folder = TempDir::new().context("no temporary folder")?;
        let root = folder.path();
        let program = program::find(&["prometheus"])?;
        fs::copy(source().join("prometheus.yml"), root.join("prometheus.yml"))?;
        copy(&source().join("rules"), &root.join("rules"))?;
        copy(&source().join("slo").join(set), &root.join("slo"))?;
        fs::create_dir(root.join("targets"))?;
        let [address, _] = free_addresses()?;
        let own = ("prometheus", target(&address.to_string()));
        for (name, content) in targets.iter().chain([&own]) {
            fs::write(root.join("targets").join(format!("{name}.yml")), content)?;
        }

        let mut command = Command::new(program);
        command
            .arg(format!("--config.file={}", root.join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", root.join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            // Prometheus 3 does this without being asked.
            .args(["--enable-feature=expand-external-labels", "--log.level=error"])
            .env("LAB_DOCS_URL", DOCS_URL)
            .env("LAB_GRAFANA_URL", GRAFANA_URL);
        let url = format!("http://{address}");
        let mut process = Process::spawn(command)?;
        ready(&format!("{url}/-/ready"), &mut process).await?;
        Ok(Self { url, http: reqwest::Client::new(), _folder: folder, _process: process })
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The answer of an API call: its `data`.
    pub async fn api(&self, path: &str, query: &[(&str, &str)]) -> anyhow::Result<Value> {
        let url = reqwest::Url::parse_with_params(&format!("{}/api/v1/{path}", self.url), query)?;
        let answer: Value = self.http.get(url).send().await?.json().await?;
        ensure!(answer["status"] == "success", "{path} {query:?}: {answer}");
        Ok(answer["data"].clone())
    }

    /// An instant query whose result is a vector.
    pub async fn query(&self, expression: &str) -> anyhow::Result<Vec<Sample>> {
        let data = self.api("query", &[("query", expression)]).await?;
        let series = data["result"].as_array().context("no vector")?;
        series.iter().map(|series| sample(series).context("no sample")).collect()
    }

    /// The query's answer once `enough` says so.
    pub async fn until(
        &self,
        expression: &str,
        enough: impl Fn(&[Sample]) -> bool,
    ) -> anyhow::Result<Vec<Sample>> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let samples = self.query(expression).await?;
            if enough(&samples) {
                return Ok(samples);
            }
            ensure!(Instant::now() < deadline, "{expression} is {samples:?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// A target file with one target.
#[must_use]
pub fn target(address: &str) -> String {
    format!("- targets: [\"{address}\"]\n")
}

/// Waits until `url` answers 200.
pub(crate) async fn ready(url: &str, process: &mut Process) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    let http = reqwest::Client::new();
    loop {
        if http.get(url).send().await.is_ok_and(|answer| answer.status() == 200) {
            return Ok(());
        }
        ensure!(process.runs(), "the program behind {url} has ended");
        ensure!(Instant::now() < deadline, "{url} is not ready");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// An exporter that listens where it is told to; ready when `/metrics` answers.
pub async fn exporter(mut command: Command) -> anyhow::Result<(Process, SocketAddr)> {
    let [address, _] = free_addresses()?;
    command.arg(format!("--web.listen-address={address}"));
    let mut process = Process::spawn(command)?;
    ready(&format!("http://{address}/metrics"), &mut process).await?;
    Ok((process, address))
}

fn sample(series: &Value) -> Option<Sample> {
    let labels = series["metric"].as_object()?;
    let labels =
        labels.iter().map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    Some(Sample {
        labels: labels.collect::<Option<_>>()?,
        value: series["value"][1].as_str()?.parse().ok()?,
    })
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../compose/prometheus")
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("no {}", from.display()))? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}
