//! The backend as a child process: start, readiness, signals, exit code.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::readiness;
use crate::workspace;

/// How long the first start may take, migrations included.
const DEADLINE: Duration = Duration::from_secs(30);

/// How long a child may take to find that its port is in use.
const BIND_TIME: Duration = Duration::from_secs(2);

/// What to start and where.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) program: PathBuf,
    pub(crate) listen: String,
    pub(crate) address: SocketAddr,
    pub(crate) database_url: String,
    /// Where the log lines go, or none for the terminal.
    pub(crate) log: Option<PathBuf>,
}

/// How a start ended when nothing went wrong.
#[derive(Debug)]
pub(crate) enum Started {
    /// The lab answers.
    Ready(Running),
    /// Ctrl-C came first; the child has gone with this code.
    Interrupted(ExitCode),
}

/// A lab that answers.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
}

impl Server {
    /// Starts the backend and waits until it is ready.
    pub(crate) fn start(&self) -> Result<Started> {
        // Somebody else's answer must not pass for our child's.
        let was_taken = readiness::is_taken(self.address);
        let mut child = self
            .command()?
            .spawn()
            .with_context(|| format!("could not start {}", self.program.display()))?;
        let interrupted = outlive_signals(&child)?;

        let start = Instant::now();
        loop {
            if let Some(status) = child.try_wait().context("could not watch the backend")? {
                if interrupted.load(Ordering::Relaxed) {
                    return Ok(Started::Interrupted(exit_code(status)));
                }
                bail!("the backend ended before it was ready ({status}){}", self.hint());
            }
            let trustworthy = !was_taken || start.elapsed() > BIND_TIME;
            if trustworthy && readiness::is_ready(self.address) {
                return Ok(Started::Ready(Running { child }));
            }
            if start.elapsed() > DEADLINE {
                child.kill().and_then(|()| child.wait()).context("could not stop the backend")?;
                bail!("the backend is not ready after {} s{}", DEADLINE.as_secs(), self.hint());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn command(&self) -> Result<Command> {
        let mut command = Command::new(&self.program);
        command
            .arg("serve")
            .current_dir(workspace::root())
            .env("LAB_LISTEN", &self.listen)
            .env("DATABASE_URL", &self.database_url)
            .env("LAB_ASSETS_DIR", "target/assets")
            .stdin(Stdio::null());
        if let Some(log) = &self.log {
            fs::create_dir_all(workspace::target())
                .and_then(|()| File::create(log))
                .map(|file| command.stdout(file))
                .with_context(|| format!("could not create {}", log.display()))?;
        }
        Ok(command)
    }

    fn hint(&self) -> String {
        let log = self.log.as_ref();
        log.map_or(String::new(), |log| format!("; its log is {}", log.display()))
    }
}

impl Running {
    /// Waits until the backend has drained and flushed, and passes its exit code on.
    pub(crate) fn wait(mut self) -> Result<ExitCode> {
        let status = self.child.wait().context("could not wait for the backend")?;
        println!("\nThe lab has stopped ({status}).");
        Ok(exit_code(status))
    }
}

/// Keeps this process alive through the signals that end the child, and tells whether
/// one came.
///
/// A terminal's Ctrl-C reaches the child by itself, as a member of the same process
/// group. SIGTERM is sent to one process, so it is handed on.
fn outlive_signals(child: &Child) -> Result<Arc<AtomicBool>> {
    let pid = i32::try_from(child.id()).context("the backend's process id is out of range")?;
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("could not watch for signals")?;
    let interrupted = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&interrupted);
    thread::spawn(move || {
        for signal in signals.forever() {
            seen.store(true, Ordering::Relaxed);
            if signal == SIGTERM {
                // It fails only when the child has gone, which is what SIGTERM asks for.
                let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
            }
        }
    });
    Ok(interrupted)
}

/// A child's exit code, or the shell's convention for one that a signal ended.
fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_is_the_childs() {
        assert_eq!(exit_code(ExitStatus::from_raw(0)), ExitCode::SUCCESS);
        assert_eq!(exit_code(ExitStatus::from_raw(64 << 8)), ExitCode::from(64));
        assert_eq!(exit_code(ExitStatus::from_raw(2)), ExitCode::from(130));
    }
}
