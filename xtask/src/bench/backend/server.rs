//! A server to measure: free port, fresh database, log lines into a file.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::flask::Flask;
use super::http;
use crate::bench::wrk::{self, Load, Request};
use crate::bench::{number, proc};
use crate::up::readiness;
use crate::workspace;

/// A running server, stopped and removed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    folder: PathBuf,
    /// From the start of the process to its first 200 on `/ready`.
    pub(crate) ready: Duration,
}

/// What one run measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measured {
    pub(crate) requests_per_second: f64,
    /// Milliseconds.
    pub(crate) p99: f64,
    /// Microseconds of the server's processor time per request.
    pub(crate) cpu: f64,
}

impl Server {
    /// Starts the server of the lab on a SQLite file of its own or where `vars` say.
    pub(crate) fn lab(program: &Path, vars: &[(&str, String)]) -> Result<Self> {
        Self::start(|address, folder| {
            let mut command = Command::new(program);
            command
                .arg("serve")
                .env("LAB_LISTEN", address.to_string())
                .env("LAB_ASSETS_DIR", workspace::target().join("assets"))
                .env("DATABASE_URL", format!("sqlite://{}/lab.db", folder.display()))
                .envs(vars.iter().map(|(name, value)| (name, value)));
            command
        })
    }

    /// Starts the handlers without everything around them.
    pub(crate) fn bare(program: &Path) -> Result<Self> {
        Self::start(|address, folder| {
            let mut command = Command::new(program);
            command
                .env("BARE_LISTEN", address.to_string())
                .env("BARE_DATABASE", format!("sqlite://{}/bare.db", folder.display()));
            command
        })
    }

    /// Starts the Flask application on a database.
    pub(crate) fn flask(app: &Flask, database: &str, sink: SocketAddr) -> Result<Self> {
        Self::start(|address, folder| app.command(address, folder, database, sink))
    }

    /// Starts a receiver of telemetry that answers after so many seconds.
    pub(crate) fn sink(program: &Path, delay_seconds: u32) -> Result<Self> {
        Self::start(|address, _| {
            let mut command = Command::new(program);
            command.env("SINK_LISTEN", address.to_string());
            command.env("SINK_DELAY_SECONDS", delay_seconds.to_string());
            command
        })
    }

    fn start(command: impl FnOnce(SocketAddr, &Path) -> Command) -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let folder = workspace::target().join(format!("bench-{port}"));
        fs::create_dir_all(&folder)?;
        let start = Instant::now();
        let child = command(address, &folder)
            .stdin(Stdio::null())
            .stdout(File::create(folder.join("log"))?)
            .spawn()
            .context("could not start a server")?;
        let mut server = Self { child, address, folder, ready: Duration::ZERO };
        while !readiness::is_ready(address) {
            if server.child.try_wait()?.is_some() || start.elapsed() > Duration::from_secs(30) {
                bail!("a server did not get ready");
            }
            thread::sleep(Duration::from_millis(1));
        }
        server.ready = start.elapsed();
        Ok(server)
    }

    /// Loads it with one kind of request.
    pub(crate) fn measure(&self, request: Request, load: Load) -> Result<Measured> {
        let before = self.cpu()?;
        let run = wrk::run(&format!("http://{}{}", self.address, request.path), request, load)?;
        let cpu = self.cpu()?.saturating_sub(before);
        ensure!(run.requests > 0, "wrk made no request");
        let cpu = cpu.as_secs_f64() * 1e6 / number(run.requests);
        Ok(Measured { requests_per_second: run.requests_per_second, p99: run.p99, cpu })
    }

    /// Stores tasks.
    pub(crate) fn fill(&self, tasks: usize) -> Result<()> {
        (1..=tasks).try_for_each(|number| {
            let body = format!("{{\"title\":\"task {number}\"}}");
            http::post(self.address, "/api/tasks", &body).map(drop)
        })
    }

    /// Processor time of all its processes.
    fn cpu(&self) -> Result<Duration> {
        proc::family(self.child.id())?.into_iter().map(proc::cpu).sum()
    }

    /// Resident memory: of one process all that it uses, shared or not; of several the sum of
    /// their parts, in which nothing counts twice.
    pub(crate) fn memory_kb(&self) -> Result<u64> {
        match proc::family(self.child.id())?.as_slice() {
            [one] => proc::resident_kb(*one),
            several => several.iter().map(|pid| proc::proportional_kb(*pid)).sum(),
        }
    }

    /// The sum of the series in `/metrics` whose line starts so.
    pub(crate) fn metric(&self, start: &str) -> Result<u64> {
        let metrics = http::get(self.address, "/metrics")?;
        let series = metrics.lines().filter(|line| line.starts_with(start));
        Ok(series.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(pid) = i32::try_from(self.child.id()) {
            // It may have ended by itself.
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
