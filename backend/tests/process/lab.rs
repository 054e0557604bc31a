//! A running `backend serve` on a free port.

use std::io::{BufRead, BufReader, Lines, Read, Seek};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take that is sure to happen, on a machine that is busy.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Lab {
    child: Child,
    log: Arc<Mutex<Vec<Value>>>,
    reader: JoinHandle<()>,
    pub(crate) url: String,
    _folder: TempDir,
}

/// `backend serve` on a free port and a database of its own, with no variable of the
/// tests' environment that would matter.
pub(crate) fn command(folder: &TempDir) -> Command {
    wrapped(folder, &[])
}

/// The same, started by a program that takes a command, such as `prlimit`.
pub(crate) fn wrapped(folder: &TempDir, wrapper: &[&str]) -> Command {
    let words = [wrapper, &[env!("CARGO_BIN_EXE_backend"), "serve"]].concat();
    let mut command = Command::new(words[0]);
    for (name, _) in std::env::vars() {
        if name.starts_with("OTEL_") || name.starts_with("LAB_") || name == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    command
        .args(&words[1..])
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
        let mut command = command(&folder);
        command.envs(vars.iter().copied());
        Self::run(command, folder)
    }

    /// Starts `command` and waits until it listens; its log may begin with lines that
    /// are no JSON.
    pub(crate) fn run(mut command: Command, folder: TempDir) -> Self {
        // A file: nobody reads it while the server runs, and a pipe would fill up.
        let mut stderr = tempfile::tempfile().unwrap();
        command.stdout(Stdio::piped()).stderr(stderr.try_clone().unwrap());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let log = Arc::new(Mutex::new(Vec::new()));
        let url = loop {
            let Some(line) = next(&mut lines) else {
                let mut said = String::new();
                stderr.rewind().unwrap();
                stderr.read_to_string(&mut said).unwrap();
                panic!("the server ended early: {said}");
            };
            let url = line["message"].as_str().and_then(|text| text.strip_prefix("Listening on "));
            let url = url.map(str::to_owned);
            log.lock().unwrap().push(line);
            if let Some(url) = url {
                break url;
            }
        };
        // Read all the time: a pipe that is full would cost lines.
        let written = Arc::clone(&log);
        let reader = thread::spawn(move || {
            while let Some(line) = next(&mut lines) {
                written.lock().unwrap().push(line);
            }
        });
        Self { child, log, reader, url, _folder: folder }
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().try_into().unwrap())
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    /// Waits for a line of the log.
    pub(crate) fn wait_for_line(&self, is_it: impl Fn(&Value) -> bool) {
        let start = Instant::now();
        while !self.log.lock().unwrap().iter().any(&is_it) {
            assert!(start.elapsed() < PATIENCE, "{:?}", self.log.lock().unwrap());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Stops with SIGTERM; gives the exit code, the time it took and the log.
    pub(crate) fn stop(self) -> (Option<i32>, Duration, Vec<Value>) {
        // Before the signal: the server may have begun to stop when `kill` returns.
        let start = Instant::now();
        self.signal(Signal::SIGTERM);
        self.wait_since(start)
    }

    /// Waits until it has ended; gives the exit code, the time it took and the log.
    pub(crate) fn wait(self) -> (Option<i32>, Duration, Vec<Value>) {
        self.wait_since(Instant::now())
    }

    fn wait_since(mut self, start: Instant) -> (Option<i32>, Duration, Vec<Value>) {
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "the server does not end");
            thread::sleep(Duration::from_millis(2));
        };
        let took = start.elapsed();
        while !self.reader.is_finished() {
            assert!(start.elapsed() < PATIENCE, "somebody else keeps the log open");
            thread::sleep(Duration::from_millis(2));
        }
        let lines = std::mem::take(&mut *self.log.lock().unwrap());
        (status.code(), took, lines)
    }
}

fn next(lines: &mut Lines<BufReader<ChildStdout>>) -> Option<Value> {
    loop {
        let line = lines.next()?.unwrap();
        if line.starts_with('{') {
            return Some(serde_json::from_str(&line).unwrap());
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // It has ended already where the test went as planned.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
