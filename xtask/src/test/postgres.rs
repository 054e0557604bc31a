//! A PostgreSQL server for the tests alone: own port, own data, gone afterwards.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid, User};

use super::programs;
use crate::process;

/// How long the server may take to accept connections.
const START: Duration = Duration::from_secs(30);
const STEP: Duration = Duration::from_millis(50);

/// A running server, stopped and removed when it is dropped.
pub(crate) struct Postgres {
    child: Child,
    folder: PathBuf,
    port: u16,
}

/// Whether a commit waits for the disk.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Durability {
    /// It does, as in production.
    Synced,
    /// It does not: the data goes with the tests.
    None,
}

impl Postgres {
    /// Makes a data folder and starts a server on a free loopback port.
    pub(crate) fn start(durability: Durability) -> Result<Self> {
        let fsync = match durability {
            Durability::Synced => "fsync=on",
            Durability::None => "fsync=off",
        };
        let bin = programs::postgres_bin().context("no PostgreSQL server is installed")?;
        let folder = std::env::temp_dir().join(format!("lab-postgres-{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| format!("could not make {}", folder.display()))?;
        let owner = owner()?;
        if let Some(owner) = &owner {
            chown(&folder, Some(owner.uid.as_raw()), Some(owner.gid.as_raw()))?;
        }
        let data = folder.join("data");
        let mut initdb = as_owner(&bin.join("initdb"), owner.as_ref());
        process::capture(
            initdb
                .args(["--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8"])
                .arg("--pgdata")
                .arg(&data),
        )?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let log = fs::File::create(folder.join("log"))?;
        let child = as_owner(&bin.join("postgres"), owner.as_ref())
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&folder)
            .args(["-p", &port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1", "-c", fsync, "-c", "lc_messages=C"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("could not start postgres")?;
        let mut server = Self { child, folder, port };
        server.wait()?;
        Ok(server)
    }

    /// The URL of its administrator.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Makes an empty database and returns its URL.
    pub(crate) fn database(&self, name: &str) -> Result<String> {
        let createdb = process::find_program("createdb").context("createdb is not installed")?;
        let mut createdb = Command::new(createdb);
        let port = self.port.to_string();
        process::capture(createdb.args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres", name]))?;
        Ok(format!("postgres://postgres@127.0.0.1:{port}/{name}"))
    }

    /// The log says when; a port that is open may still answer "starting up".
    fn wait(&mut self) -> Result<()> {
        let deadline = Instant::now() + START;
        while Instant::now() < deadline {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            if log.contains("database system is ready to accept connections") {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                let reason = process::last_line(&log).unwrap_or("no reason given");
                bail!("postgres ended with {status}: {reason}");
            }
            thread::sleep(STEP);
        }
        bail!("postgres did not accept connections within {} s", START.as_secs())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Ok(pid) = i32::try_from(self.child.id()) {
            // SIGINT is PostgreSQL's fast shutdown. It may have ended by itself.
            let _ = kill(Pid::from_raw(pid), Signal::SIGINT);
        }
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// PostgreSQL refuses to run as root; its package brings a user of its own.
fn owner() -> Result<Option<User>> {
    if !Uid::effective().is_root() {
        return Ok(None);
    }
    let user = User::from_name("postgres")?.context("there is no user named postgres")?;
    Ok(Some(user))
}

fn as_owner(program: &Path, owner: Option<&User>) -> Command {
    let mut command = Command::new(program);
    // The folder that the command was called from may be closed to that user.
    command.current_dir("/");
    if let Some(owner) = owner {
        command.uid(owner.uid.as_raw()).gid(owner.gid.as_raw());
    }
    command
}
