//! Runs a tool and reads from the kernel what it cost.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;
use serde_json::Value;

use super::report::{Compared, Half, Memory};
use super::target::Target;
use crate::bench::{number, proc};
use crate::workspace;

/// What one measurement showed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    /// Requests per second.
    pub(super) rate: f64,
    /// Requests per second of the tool's own processor time.
    pub(super) per_core: f64,
    /// Milliseconds.
    pub(super) p99_ms: f64,
}

/// A tool that has ended.
pub(super) struct Ended {
    pub(super) stdout: String,
    cpu: Duration,
    /// Resident kilobytes, every half second.
    resident_kb: Vec<u64>,
}

impl Measured {
    /// `seconds` is how long it asked; without starting up and cleaning up.
    pub(super) fn new(requests: u64, seconds: f64, p99_ms: f64, ended: &Ended) -> Self {
        let requests = number(requests);
        Self { rate: requests / seconds, per_core: requests / ended.cpu.as_secs_f64(), p99_ms }
    }
}

/// Where loadgen writes its report.
pub(super) fn report_file() -> PathBuf {
    workspace::target().join("bench-loadgen.json")
}

/// What it wrote.
pub(super) fn report() -> Result<Value> {
    let text = fs::read_to_string(report_file()).context("loadgen wrote no report")?;
    serde_json::from_str(&text).context("loadgen's report is no JSON")
}

/// Runs it to its end, whatever its exit code: 2 and 3 are verdicts.
pub(super) fn run(command: &mut Command) -> Result<Ended> {
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start {command:?}"))?;
    let mut pipe = child.stdout.take().context("no stdout")?;
    let reader = thread::spawn(move || {
        let mut text = String::new();
        pipe.read_to_string(&mut text).map(|_| text)
    });
    let pid = child.id();
    let number = Pid::from_raw(i32::try_from(pid)?);
    let mut resident_kb = Vec::new();
    // Its counters are kept until somebody waits for it.
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT | WaitPidFlag::WNOHANG;
    let mut last = start;
    while matches!(waitid(Id::Pid(number), flags)?, nix::sys::wait::WaitStatus::StillAlive) {
        if last.elapsed() >= Duration::from_millis(500) {
            last = Instant::now();
            resident_kb.extend(proc::resident_kb(pid).ok());
        }
        thread::sleep(Duration::from_millis(10));
    }
    let cpu = proc::cpu(pid)?;
    child.wait()?;
    let stdout = reader.join().ok().context("the reader panicked")??;
    Ok(Ended { stdout, cpu, resident_kb })
}

/// Half of what personas reach, in the open model.
pub(super) fn half(
    loadgen: &Path,
    target: &Target,
    compared: &Compared,
    seconds: u32,
) -> Result<Half> {
    let rate = (compared.personas().rate / 2.0).floor();
    let mut command = Command::new(loadgen);
    command.args(["run", "--quiet", "--target", &target.url(), "--threads", "1"]);
    command.args(["--connections", "64", "--no-network"]);
    command.args(["--rate", &rate.to_string(), "--duration", &format!("{seconds}s")]);
    command.arg("--json").arg(report_file()).env("OTEL_SDK_DISABLED", "true");
    run(&mut command)?;
    let report = report()?;
    let number = |value: &Value| value.as_f64().context("a number is missing in the report");
    Ok(Half {
        rate,
        seconds,
        sent: number(&report["total"]["requests"])?,
        dropped: number(&report["dropped"])?,
        slip_p50_ms: number(&report["slip_ms"]["p50"])?,
        slip_p99_ms: number(&report["slip_ms"]["p99"])?,
        slip_max_ms: number(&report["slip_ms"]["max"])?,
    })
}

/// Memory over many requests, with personas and everything that is counted of them.
pub(super) fn memory(
    loadgen: &Path,
    target: &Target,
    compared: &Compared,
    requests: u64,
) -> Result<Memory> {
    let seconds = (number(requests) / compared.personas().rate * 1.15).ceil();
    let mut command = Command::new(loadgen);
    command.args(["max", "--quiet", "--target", &target.url(), "--threads", "1"]);
    command.args(["--connections", "32", "--duration", &format!("{seconds}s")]);
    command.arg("--json").arg(report_file()).env("OTEL_SDK_DISABLED", "true");
    let ended = run(&mut command)?;
    let requests = report()?["total"]["requests"].as_u64().context("no requests")?;
    let kept = &ended.resident_kb;
    ensure!(kept.len() >= 8, "the run was too short to see its memory");
    // The last look may meet the cleaning up.
    let last = kept[kept.len() - 2];
    Ok(Memory { requests, early_kb: kept[kept.len() / 4], late_kb: last })
}
