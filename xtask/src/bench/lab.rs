//! A backend to measure: free port, fresh SQLite file, log lines into a file.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::up::readiness;
use crate::workspace;

/// A running backend, stopped and removed when it is dropped.
pub(crate) struct Lab {
    child: Child,
    address: SocketAddr,
    folder: PathBuf,
    /// From the start of the process to its first 200 on `/ready`.
    pub(crate) ready: Duration,
}

impl Lab {
    /// Starts `program` with additional variables.
    pub(crate) fn start(program: &Path, vars: &[(&str, &str)]) -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let folder = workspace::target().join(format!("bench-{port}"));
        fs::create_dir_all(&folder)?;
        let start = Instant::now();
        let child = Command::new(program)
            .arg("serve")
            .env("LAB_LISTEN", address.to_string())
            .env("LAB_ASSETS_DIR", workspace::target().join("assets"))
            .env("DATABASE_URL", format!("sqlite://{}/lab.db", folder.display()))
            .envs(vars.iter().copied())
            .stdin(Stdio::null())
            .stdout(File::create(folder.join("log"))?)
            .spawn()
            .context("could not start the backend")?;
        let mut lab = Self { child, address, folder, ready: Duration::ZERO };
        while !readiness::is_ready(address) {
            if lab.child.try_wait()?.is_some() || start.elapsed() > Duration::from_secs(30) {
                bail!("the backend did not get ready");
            }
            thread::sleep(Duration::from_millis(1));
        }
        lab.ready = start.elapsed();
        Ok(lab)
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Stores tasks.
    pub(crate) fn fill(&self, tasks: usize) -> Result<()> {
        for number in 1..=tasks {
            let body = format!("{{\"title\":\"task {number}\"}}");
            let answer = self.exchange(&format!(
                "POST /api/tasks HTTP/1.0\r\nContent-Type: application/json\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            ))?;
            ensure!(answer.starts_with("HTTP/1.0 201"), "a task was refused: {answer}");
        }
        Ok(())
    }

    /// Resident memory.
    pub(crate) fn memory_kb(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.trim().strip_suffix("kB"));
        number.and_then(|number| number.trim().parse().ok()).context("no VmRSS in /proc")
    }

    /// Spans and log records that were lost.
    pub(crate) fn dropped(&self) -> Result<u64> {
        let metrics = self.exchange("GET /metrics HTTP/1.0\r\n\r\n")?;
        let series = metrics.lines().filter(|line| line.starts_with("telemetry_dropped_total{"));
        Ok(series.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum())
    }

    fn exchange(&self, request: &str) -> Result<String> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if let Ok(pid) = i32::try_from(self.child.id()) {
            // It may have ended by itself.
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
