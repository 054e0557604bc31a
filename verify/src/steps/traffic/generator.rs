//! Runs `loadgen` and reads its report.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;

use crate::config::Config;
use crate::http::Failure;

/// Requests per second: enough to count, little beside what a small host bears.
pub(super) const RATE: u16 = 40;
/// The share that fails on purpose: half of what the availability objective allows, so that
/// a check of a new lab, which has seen no other traffic, lets no alert fire.
const ERRORS: &str = "0.005";
/// The share that takes a second, so that searches for slow requests find some: a fifth of
/// what the latency objective allows.
const SLOW: &str = "0.01";
/// loadgen's exit code where its own objectives were met.
const MET: i32 = 0;

/// What was sent and answered.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Sent {
    pub(super) requests: f64,
    pub(super) errors: f64,
    pub(super) reports: f64,
    /// The tasks that were deleted in the end.
    pub(super) cleanups: f64,
}

/// Sends the traffic of nine regions through the front door.
pub(super) async fn run(program: &Path, config: &Config) -> Result<(Sent, String), Failure> {
    let mut command = Command::new(program);
    command.args(["run", "--quiet", "--json", "-", "--target", &config.base]);
    command.args(["--rate", &RATE.to_string(), "--duration", &format!("{}s", config.traffic)]);
    // A slow host is no fault of the stack.
    command.args(["--errors", ERRORS, "--slow", SLOW, "--fast", "0.5"]);
    command.args(["--max-slip", "5s", "--i-own-this-target"]);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &config.otlp);
    command.stdin(Stdio::null()).kill_on_drop(true);
    let name = program.display();
    let ended = command.output().await.map_err(|error| format!("{name}: {error}"))?;
    if ended.status.code() != Some(MET) {
        let said = String::from_utf8_lossy(&ended.stderr);
        return Err(format!("{name} ended with {}: {}", ended.status, said.trim()));
    }
    let report: Value = serde_json::from_slice(&ended.stdout)
        .map_err(|error| format!("the report of {name} is no JSON: {error}"))?;
    let sent = read(&report).ok_or_else(|| format!("the report of {name} lacks a count"))?;
    let Sent { requests, errors, .. } = sent;
    Ok((sent, format!("{requests} requests, {errors} of them answered with a 5xx")))
}

/// Takes the counts out of loadgen's report, schema version 1.
fn read(report: &Value) -> Option<Sent> {
    let statuses = report["statuses"].as_object()?;
    let answers = |from: &str| -> f64 {
        let at_least = statuses.iter().filter(|(status, _)| status.as_str() >= from);
        at_least.filter_map(|(_, count)| count.as_f64()).sum()
    };
    let reports = report["endpoints"]
        .as_array()?
        .iter()
        .find(|endpoint| endpoint["route"] == "/api/trace/synthetic/{id}")?;
    Some(Sent {
        requests: answers("100"),
        errors: answers("500"),
        reports: reports["requests"].as_f64()?,
        cleanups: report["tasks"]["deleted"].as_f64()?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_report_is_read() {
        let report = json!({
            "statuses": { "200": 90, "201": 6, "500": 3, "503": 1 },
            "endpoints": [
                { "method": "GET", "route": "/api/tasks", "requests": 80 },
                { "method": "POST", "route": "/api/trace/synthetic/{id}", "requests": 20 },
            ],
            "tasks": { "deleted": 5, "left": 0 },
        });
        let sent = Sent { requests: 100.0, errors: 4.0, reports: 20.0, cleanups: 5.0 };
        assert_eq!(read(&report), Some(sent));
        assert_eq!(read(&json!({ "statuses": {} })), None);
    }
}
