//! Runs `loadgen` and reads its report.

use std::io;
use std::path::Path;
use std::process::{Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

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

/// How long loadgen may take to delete its tasks once it was told to end: less than the 20 s
/// that `deploy` leaves between its first signal and its last.
const CLEANUP: Duration = Duration::from_secs(15);
/// Between two looks whether it has.
const PAUSE: Duration = Duration::from_millis(20);

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
    let name = program.display();
    let ended = output(command).await.map_err(|error| format!("{name}: {error}"))?;
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

/// Runs loadgen to its end, or has it delete its tasks where that is not waited for.
async fn output(mut command: Command) -> io::Result<Output> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // A group of its own: a terminal's Ctrl-C would reach it as the first of two signals, and
    // at the second it ends without deleting anything.
    command.process_group(0).kill_on_drop(true);
    let mut running = Running(command.spawn()?);
    let Running(child) = &mut running;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (status, stdout, stderr) = tokio::try_join!(child.wait(), all(stdout), all(stderr))?;
    Ok(Output { status, stdout, stderr })
}

/// What a pipe gives until it is closed.
async fn all(pipe: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        pipe.read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

/// loadgen. Where it is dropped while it runs, its pipes are closed already, so that nothing
/// that it still says can hold it up.
#[derive(Debug)]
struct Running(Child);

impl Drop for Running {
    /// Tells it to end and waits for that. Blocking is all right: a check that is cut off has
    /// nothing else to do. What takes too long is killed by `kill_on_drop`.
    fn drop(&mut self) {
        let Self(child) = self;
        // It has none once its end was seen.
        let Some(id) = child.id().and_then(|id| id.try_into().ok()) else { return };
        // Fails only when it has ended by itself.
        let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
        let by = Instant::now() + CLEANUP;
        while matches!(child.try_wait(), Ok(None)) && Instant::now() < by {
            thread::sleep(PAUSE);
        }
    }
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
    use tokio::time::{sleep, timeout};

    use super::*;

    /// Takes half a second for what it has to do at SIGTERM, and says whether it leads a group.
    const CLEANER: &str = r#"
        trap 'sleep 0.5; cut -d " " -f 5 /proc/$$/stat >"$0/group"; echo $$ >"$0/leader"; exit' TERM
        : >"$0/started"
        while :; do sleep 0.05; done
    "#;

    fn shell(script: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]);
        shell
    }

    #[tokio::test]
    async fn what_is_cut_off_still_deletes_its_tasks() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let mut command = shell(CLEANER);
        command.arg(folder.path());
        let started = async {
            while !file("started").exists() {
                sleep(PAUSE).await;
            }
        };
        tokio::select! {
            ended = output(command) => panic!("{ended:?}"),
            begun = timeout(CLEANUP, started) => begun.unwrap(),
        }
        let [group, leader] =
            ["group", "leader"].map(|name| std::fs::read_to_string(file(name)).unwrap());
        assert_eq!(group, leader);
    }

    #[tokio::test]
    async fn what_ends_is_waited_for() {
        let Output { status, stdout, stderr } =
            output(shell("echo out; echo why >&2; exit 7")).await.unwrap();
        assert_eq!((stdout.as_slice(), stderr.as_slice()), (&b"out\n"[..], &b"why\n"[..]));
        assert_eq!(status.code(), Some(7));
    }

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
