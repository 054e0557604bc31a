//! wrk, from Debian's package: a closed model with 16 connections.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::{process, workspace};

/// What one run measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measured {
    pub(crate) requests_per_second: f64,
    /// Milliseconds.
    pub(crate) p99: f64,
}

/// Asks for `seconds`; a body makes it a POST of JSON.
pub(crate) fn measure(url: &str, body: Option<&str>, seconds: u32) -> Result<Measured> {
    let mut wrk = Command::new("wrk");
    wrk.args(["-t2", "-c16", "--latency", &format!("-d{seconds}s")]);
    if let Some(body) = body {
        let script = workspace::target().join("bench-post.lua");
        let text = format!(
            "wrk.method = 'POST'\nwrk.body = '{body}'\n\
             wrk.headers['content-type'] = 'application/json'\n"
        );
        fs::write(&script, text).context("could not write wrk's script")?;
        wrk.arg("-s").arg(script);
    }
    let report = process::capture(wrk.arg(url))?;
    ensure!(!report.contains("Non-2xx"), "some requests failed:\n{report}");
    parse(&report)
}

fn parse(report: &str) -> Result<Measured> {
    let word = |start: &str| {
        let line = report.lines().find_map(|line| line.trim().strip_prefix(start));
        line.map(str::trim).with_context(|| format!("wrk printed no line {start:?}"))
    };
    Ok(Measured {
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
                      80000 requests in 4.00s\nRequests/sec:  20107.31\n";
        let measured = parse(report).expect("a report of wrk's");
        assert_eq!(measured, Measured { requests_per_second: 20_107.31, p99: 1.65 });
        assert!(milliseconds("870.00us").is_ok_and(|ms| (ms - 0.87).abs() < 1e-9));
        assert!(milliseconds("1.20s").is_ok_and(|ms| (ms - 1200.0).abs() < 1e-9));
        assert!(parse("nothing").is_err());
    }
}
