//! `cargo xtask demo`: backend, Prometheus and Alertmanager with the time-scaled rules,
//! and `loadgen slo-demo` against them.
//!
//! `slo-demo ADDRESS LOADGEN [WORDS...]`: the lab listens on `ADDRESS`.

use std::process::ExitCode;

use anyhow::{Context, Result};
use e2e::alertmanager::Alertmanager;
use e2e::backend::Backend;
use e2e::prometheus::{Prometheus, target};

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let mut words = std::env::args().skip(1);
    let (Some(address), Some(loadgen)) = (words.next(), words.next()) else {
        anyhow::bail!("ADDRESS LOADGEN [WORDS...]");
    };
    let webhook = format!("http://{address}/internal/alerts");
    let alertmanager = Alertmanager::start(&webhook, &[]).await?;
    let targets = [
        ("backend", target(&address)),
        ("alertmanager", target(&alertmanager.address.to_string())),
    ];
    let prometheus = Prometheus::start("demo", &targets).await?;
    let alerts = format!("http://{}", alertmanager.address);
    let links = [("LAB_PROMETHEUS_URL", prometheus.url()), ("LAB_ALERTMANAGER_URL", &alerts)];
    let backend = Backend::start(&address, None, &links)?;
    println!("page          {}", backend.url);
    println!("Prometheus    {}", prometheus.url());
    println!("Alertmanager  {alerts}");

    let status = tokio::process::Command::new(loadgen)
        .args(["slo-demo", "--target", &backend.url])
        .args(words)
        .status()
        .await
        .context("could not start loadgen")?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
