//! A running `backend serve` on a free port.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

pub(crate) struct Lab {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
    lines: Vec<Value>,
    pub(crate) url: String,
    _folder: TempDir,
}

/// `backend serve` on a free port and a database of its own, with no variable of the
/// tests' environment that would matter.
pub(crate) fn command(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backend"));
    for (name, _) in std::env::vars() {
        if name.starts_with("OTEL_") || name.starts_with("LAB_") || name == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    command
        .arg("serve")
        .env("LAB_LISTEN", "127.0.0.1:0")
        .env("DATABASE_URL", format!("sqlite://{}/lab.db", folder.path().display()))
        .stdin(Stdio::null());
    command
}

/// Runs a command that is expected to end by itself.
pub(crate) fn output(mut command: Command) -> Output {
    command.output().unwrap()
}

impl Lab {
    pub(crate) fn start(vars: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        let mut child = command(&folder)
            .envs(vars.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut lab =
            Self { child, stdout, lines: Vec::new(), url: String::new(), _folder: folder };
        loop {
            let line = lab.read_line();
            let message = line["message"].as_str().unwrap();
            if let Some(url) = message.strip_prefix("Listening on ") {
                url.clone_into(&mut lab.url);
                return lab;
            }
        }
    }

    fn read_line(&mut self) -> Value {
        let mut line = String::new();
        assert!(self.stdout.read_line(&mut line).unwrap() > 0, "the server ended early");
        let line: Value = serde_json::from_str(&line).unwrap();
        self.lines.push(line.clone());
        line
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), signal).unwrap();
    }

    /// Stops with SIGTERM; gives the exit code, the time it took and the log.
    pub(crate) fn stop(mut self) -> (Option<i32>, Duration, Vec<Value>) {
        let start = Instant::now();
        self.signal(Signal::SIGTERM);
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        let status = self.child.wait().unwrap();
        let took = start.elapsed();
        let mut lines = std::mem::take(&mut self.lines);
        lines.extend(rest.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        (status.code(), took, lines)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // It has ended already where the test went as planned.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
