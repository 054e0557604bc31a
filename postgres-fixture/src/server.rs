//! The server: started, stopped, killed, frozen.

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::chown;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User};
use tempfile::TempDir;

use crate::programs::{self, command, owner};

/// How long the server may take to accept connections.
const START: Duration = Duration::from_secs(30);
const STEP: Duration = Duration::from_millis(20);

/// Ports below those that Linux gives to clients: one that is free stays so while the
/// server is down.
const PORTS: std::ops::Range<u16> = 15_000..32_000;

/// Whether a commit waits for the disk.
#[derive(Clone, Copy, Debug)]
pub enum Durability {
    /// It does, as in production.
    Synced,
    /// It does not: the data goes with the tests. A killed process loses nothing by it,
    /// for what it wrote is in the kernel.
    None,
}

/// A server of its own, stopped and removed when it is dropped.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    owner: Option<User>,
    folder: TempDir,
    port: u16,
    durability: Durability,
    child: Option<Child>,
}

impl Postgres {
    /// Makes a data folder and starts a server on a free loopback port.
    pub fn start(durability: Durability) -> Result<Self> {
        let programs = programs::programs().context("no PostgreSQL server is installed")?;
        let owner = owner()?;
        let folder = tempfile::Builder::new().prefix("lab-postgres-").tempdir()?;
        if let Some(owner) = &owner {
            chown(folder.path(), Some(owner.uid.as_raw()), Some(owner.gid.as_raw()))?;
        }
        let mut initdb = command(&programs.join("initdb"), owner.as_ref());
        initdb
            .args(["--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8"])
            .arg("--pgdata")
            .arg(folder.path().join("data"));
        run(&mut initdb)?;
        let port = free_port()?;
        let mut server = Self { programs, owner, folder, port, durability, child: None };
        server.restart()?;
        Ok(server)
    }

    /// The URL of its administrator.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Makes an empty database and returns its URL.
    pub fn database(&self, name: &str) -> Result<String> {
        let port = self.port.to_string();
        let mut createdb = command(&self.programs.join("createdb"), self.owner.as_ref());
        run(createdb.args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres", name]))?;
        Ok(format!("postgres://postgres@127.0.0.1:{port}/{name}"))
    }

    /// Starts the server again, on the same port and data, and waits until it accepts
    /// connections.
    pub fn restart(&mut self) -> Result<()> {
        let deadline = Instant::now() + START;
        loop {
            let log = self.boot(deadline)?;
            if self.child.is_some() {
                return Ok(());
            }
            // The processes of a server that was killed end a little later than it.
            let again = log.contains("shared memory block") || log.contains("lock file");
            ensure!(again && Instant::now() < deadline, "postgres did not start: {log}");
            thread::sleep(STEP);
        }
    }

    /// Ends the server: SIGINT rolls back what runs, SIGQUIT leaves that to the next
    /// start, SIGKILL leaves it no choice.
    pub fn end(&mut self, signal: Signal) -> Result<()> {
        let mut child = self.child.take().context("the server does not run")?;
        kill(pid(&child)?, signal)?;
        child.wait()?;
        Ok(())
    }

    /// Stops all of its processes where they are: they neither answer nor refuse.
    pub fn freeze(&self) -> Result<()> {
        self.signal_all(Signal::SIGSTOP)
    }

    /// Lets them go on.
    pub fn thaw(&self) -> Result<()> {
        self.signal_all(Signal::SIGCONT)
    }

    fn signal_all(&self, signal: Signal) -> Result<()> {
        let server = pid(self.child.as_ref().context("the server does not run")?)?;
        // First, so that it starts no process while they are counted.
        kill(server, signal)?;
        let children = fs::read_to_string(format!("/proc/{server}/task/{server}/children"))?;
        for child in children.split_whitespace() {
            // One that has ended by now needs no signal.
            let _ = kill(Pid::from_raw(child.parse()?), signal);
        }
        Ok(())
    }

    /// Starts the process and gives its log; without a child, it has ended.
    fn boot(&mut self, deadline: Instant) -> Result<String> {
        let log = self.folder.path().join("log");
        let fsync = match self.durability {
            Durability::Synced => "fsync=on",
            Durability::None => "fsync=off",
        };
        let mut child = command(&self.programs.join("postgres"), self.owner.as_ref())
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .arg("-k")
            .arg(self.folder.path())
            .args(["-p", &self.port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1", "-c", fsync, "-c", "lc_messages=C"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log)?)
            .spawn()
            .context("could not start postgres")?;
        loop {
            // The log says when; a port that is open may still answer "starting up".
            let log = fs::read_to_string(&log).unwrap_or_default();
            if log.contains("database system is ready to accept connections") {
                self.child = Some(child);
                return Ok(log);
            }
            if child.try_wait()?.is_some() {
                return Ok(log);
            }
            if Instant::now() > deadline {
                child.kill()?;
                child.wait()?;
                bail!("postgres did not accept connections in time: {log}");
            }
            thread::sleep(STEP);
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            if let Ok(pid) = pid(&child) {
                // A frozen server would take notice later. It may have ended by itself.
                let _ = kill(pid, Signal::SIGQUIT);
                let _ = kill(pid, Signal::SIGCONT);
            }
            let _ = child.wait();
        }
    }
}

fn run(command: &mut Command) -> Result<()> {
    let ended = command.stdin(Stdio::null()).output();
    let ended = ended.with_context(|| format!("could not start {command:?}"))?;
    let complaint = String::from_utf8_lossy(&ended.stderr);
    ensure!(ended.status.success(), "{command:?} failed: {complaint}");
    Ok(())
}

fn pid(child: &Child) -> Result<Pid> {
    Ok(Pid::from_raw(child.id().try_into()?))
}

fn free_port() -> Result<u16> {
    let count = u64::from(PORTS.end - PORTS.start);
    for attempt in 0..100_u64 {
        // Random keys: two servers that start at once do not try the same ones.
        let random = RandomState::new().hash_one(attempt) % count;
        let port = PORTS.start + u16::try_from(random)?;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port is free")
}
