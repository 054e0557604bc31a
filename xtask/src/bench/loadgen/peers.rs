//! The tools that are compared.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::CONNECTIONS;
use super::run::{self, Measured};
use super::target::Target;
use crate::bench::wrk;
use crate::cargo_tool::CargoTool;

/// The version that is compared.
pub(super) const OHA: CargoTool =
    CargoTool { name: "oha", version: "1.16.0", is_optimised: true, version_words: &["--version"] };

/// One way of asking as fast as possible.
pub(super) struct Tool {
    pub(super) name: &'static str,
    kind: Kind,
    program: PathBuf,
    url: String,
}

#[derive(Clone, Copy)]
enum Kind {
    Oha,
    Wrk,
    Path,
    Personas,
    Spans,
}

impl Tool {
    /// The first one is what the others' ratios refer to.
    pub(super) fn all(loadgen: &Path, oha: &Path, target: &Target) -> Vec<Self> {
        let tool = |name, kind, program: &Path| Self {
            name,
            kind,
            program: program.to_owned(),
            url: target.url(),
        };
        vec![
            tool("oha", Kind::Oha, oha),
            tool("wrk", Kind::Wrk, Path::new("wrk")),
            tool("loadgen, one path", Kind::Path, loadgen),
            tool("loadgen, personas and trace headers", Kind::Personas, loadgen),
            tool("loadgen, personas and a span per request", Kind::Spans, loadgen),
        ]
    }

    /// Asks for so many seconds. Every tool has one thread.
    pub(super) fn measure(&self, seconds: u32) -> Result<Measured> {
        let (connections, time) = (CONNECTIONS.to_string(), format!("{seconds}s"));
        let url = format!("{}/api/tasks", self.url);
        let mut command = Command::new(&self.program);
        match self.kind {
            Kind::Oha => {
                command.args([
                    "--no-tui",
                    "--output-format",
                    "json",
                    "-c",
                    &connections,
                    "-z",
                    &time,
                    &url,
                ]);
                command.env("TOKIO_WORKER_THREADS", "1");
            }
            Kind::Wrk => {
                command.args(["-t1", "--latency", "-c", &connections, "-d", &time, &url]);
            }
            Kind::Path | Kind::Personas | Kind::Spans => {
                command.args(["max", "--quiet", "--target", &self.url, "--threads", "1"]);
                command.args(["--connections", &connections, "--duration", &time]);
                command.arg("--json").arg(run::report_file());
                let exported = matches!(self.kind, Kind::Spans);
                command.env("OTEL_SDK_DISABLED", if exported { "false" } else { "true" });
                if matches!(self.kind, Kind::Path) {
                    command.args(["--path", "/api/tasks"]);
                }
            }
        }
        let ended = run::run(&mut command)?;
        let told = f64::from(seconds);
        let (requests, seconds, p99_ms) = match self.kind {
            Kind::Oha => {
                let (requests, p99_ms) = oha_counts(&ended.stdout)?;
                (requests, told, p99_ms)
            }
            Kind::Wrk => {
                let wrk::Run { requests, p99, .. } = wrk::parse(&ended.stdout)?;
                (requests, told, p99)
            }
            Kind::Path | Kind::Personas | Kind::Spans => {
                let report = run::report()?;
                (
                    report["total"]["requests"].as_u64().context("no requests")?,
                    report["run"]["duration_s"].as_f64().context("no duration")?,
                    report["total"]["latency_ms"]["p99"].as_f64().context("no p99")?,
                )
            }
        };
        Ok(Measured::new(requests, seconds, p99_ms, &ended))
    }
}

fn oha_counts(stdout: &str) -> Result<(u64, f64)> {
    let report: Value = serde_json::from_str(stdout).context("oha wrote no JSON")?;
    let statuses = report["statusCodeDistribution"].as_object().context("no statuses")?;
    let requests = statuses.values().filter_map(Value::as_u64).sum();
    let p99 = report["latencyPercentiles"]["p99"].as_f64().context("no p99")?;
    Ok((requests, p99 * 1e3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_oha_prints_is_read() {
        let oha =
            r#"{"statusCodeDistribution":{"200":7,"201":3},"latencyPercentiles":{"p99":0.002}}"#;
        assert_eq!(oha_counts(oha).unwrap(), (10, 2.0));
    }
}
