//! wrk, from Debian's package: a closed model.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::{process, workspace};

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
    /// Makes it a POST of JSON.
    body: Option<&'static str>,
}

/// How much of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) connections: u32,
    pub(crate) seconds: u32,
    /// The pause after each answer.
    pub(crate) think_ms: u32,
}

/// What wrk said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Run {
    pub(crate) requests: u64,
    pub(crate) requests_per_second: f64,
    /// Milliseconds.
    pub(crate) p99: f64,
}

impl Request {
    pub(crate) const fn get(name: &'static str, path: &'static str) -> Self {
        Self { name, path, body: None }
    }

    pub(crate) const fn post(name: &'static str, path: &'static str, body: &'static str) -> Self {
        Self { name, path, body: Some(body) }
    }
}

/// Says what to do where it is missing.
pub(crate) fn expect() -> Result<()> {
    match process::find_program("wrk") {
        Some(_) => Ok(()),
        None => bail!("install wrk first: sudo apt-get install wrk"),
    }
}

/// Asks for a while.
pub(crate) fn run(url: &str, request: Request, load: Load) -> Result<Run> {
    let mut script = String::new();
    if let Some(body) = request.body {
        let _ = write!(
            script,
            "wrk.method = 'POST'\nwrk.body = '{body}'\n\
             wrk.headers['content-type'] = 'application/json'\n"
        );
    }
    if load.think_ms > 0 {
        let _ = writeln!(script, "function delay() return {} end", load.think_ms);
    }
    let file = workspace::target().join("bench-wrk.lua");
    fs::write(&file, script).context("could not write wrk's script")?;
    let report = process::capture(
        Command::new("wrk")
            .arg(format!("-t{}", load.connections.min(2)))
            .arg(format!("-c{}", load.connections))
            .arg(format!("-d{}s", load.seconds))
            .args(["--latency", "-s"])
            .arg(file)
            .arg(url),
    )?;
    ensure!(!failed(&report), "some requests failed:\n{report}");
    parse(&report)
}

/// Whether there were answers other than 2xx, or connections that broke. What wrk calls a
/// timeout is an answer after more than 2 s, and is in the latencies.
fn failed(report: &str) -> bool {
    let broken = |line: &str| {
        line.trim().strip_prefix("Socket errors: ").is_some_and(|errors| {
            let counts = errors.split(", ").filter(|count| !count.starts_with("timeout "));
            counts.into_iter().any(|count| !count.ends_with(" 0"))
        })
    };
    report.lines().any(|line| line.contains("Non-2xx") || broken(line))
}

/// Reads what `--latency` prints.
pub(crate) fn parse(report: &str) -> Result<Run> {
    let word = |start: &str| {
        let line = report.lines().find_map(|line| line.trim().strip_prefix(start));
        line.map(str::trim).with_context(|| format!("wrk printed no line {start:?}"))
    };
    let requests = report.lines().find_map(|line| line.trim().split_once(" requests in "));
    Ok(Run {
        requests: requests.context("wrk counted no requests")?.0.parse()?,
        requests_per_second: word("Requests/sec:")?.parse().context("wrk's rate is no number")?,
        p99: milliseconds(word("99%")?)?,
    })
}

/// wrk writes `870.00us`, `1.65ms` and `1.20s`.
fn milliseconds(text: &str) -> Result<f64> {
    for (unit, factor) in [("us", 0.001), ("ms", 1.0), ("s", 1000.0)] {
        if let Some(number) = text.strip_suffix(unit).and_then(|text| text.parse::<f64>().ok()) {
            return Ok(number * factor);
        }
    }
    bail!("{text:?} is no duration of wrk's")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read() {
        let report = "  Latency Distribution\n     50%  675.00us\n     99%    1.65ms\n  \
                      80000 requests in 4.00s, 9.00MB read\nRequests/sec:  20107.31\n";
        let run = parse(report).expect("a report of wrk's");
        let expected = Run { requests: 80_000, requests_per_second: 20_107.31, p99: 1.65 };
        assert_eq!(run, expected);
        assert!(milliseconds("870.00us").is_ok_and(|ms| (ms - 0.87).abs() < 1e-9));
        assert!(milliseconds("1.20s").is_ok_and(|ms| (ms - 1200.0).abs() < 1e-9));
        assert!(parse("nothing").is_err());
    }

    #[test]
    fn a_failure_is_an_answer_or_a_broken_connection() {
        assert!(!failed("  80000 requests in 4.00s, 9.00MB read\n"));
        assert!(failed("  Non-2xx or 3xx responses: 1\n"));
        assert!(failed("  Socket errors: connect 0, read 1, write 0, timeout 0\n"));
        assert!(!failed("  Socket errors: connect 0, read 0, write 0, timeout 7\n"));
    }
}
