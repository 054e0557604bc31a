//! A connection that holds the host's lock.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};

use super::{CONNECTION, PROGRAM, Remote, last_line};
use crate::ended::Ended;
use crate::process::{self, GRACE, Gathered};

/// How often the host hears from us; it waits twelve times as long.
const PULSE: Duration = Duration::from_secs(5);

/// How long the host may take for a word.
const ANSWER: Duration = Duration::from_mins(2);

/// What the session is for.
#[derive(Debug)]
pub(crate) struct Work<'a> {
    /// Arguments of the program on the host.
    pub(crate) arguments: Vec<(&'a str, String)>,
    /// How long another deployment is waited for.
    pub(crate) wait: Duration,
}

/// The lock is ours.
#[derive(Debug)]
pub(crate) struct Session {
    child: Child,
    stdin: Arc<Mutex<ChildStdin>>,
    lines: Receiver<String>,
    complaints: Gathered,
    host: String,
}

/// What the host said when it had the lock.
#[derive(Debug)]
pub(crate) enum Begun {
    /// It can begin.
    Ready(Session, Situation),
    /// The release that runs is another one than the one to be left.
    Nothing { current: Option<String> },
}

/// What the host is about to do, and from where.
#[derive(Debug)]
pub(crate) struct Situation {
    /// The release that will run.
    pub(crate) version: String,
    /// Whether its files are there for good and may only be compared.
    pub(crate) compare: bool,
    /// The release that `current` names.
    pub(crate) current: Option<String>,
    /// The release that would be gone back to.
    pub(crate) previous: Option<String>,
}

impl Session {
    /// Connects and takes the lock.
    pub(crate) fn begin(remote: &Remote, work: &Work) -> Result<Begun> {
        let wait = work.wait.as_secs().to_string();
        let mut arguments: Vec<(&str, &str)> =
            work.arguments.iter().map(|(key, value)| (*key, value.as_str())).collect();
        arguments.push(("wait", &wait));
        let mut command = remote.program("session", &arguments)?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("could not start ssh")?;
        let mut stdin = child.stdin.take().context("ssh has no input")?;
        let stdout = child.stdout.take().context("ssh has no output")?;
        let complaints = process::gather(child.stderr.take(), |_| ());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        // Fails only with the connection, which the first answer tells better.
        let _ = stdin.write_all(PROGRAM.as_bytes()).and_then(|()| stdin.flush());
        let stdin = Arc::new(Mutex::new(stdin));
        let mut session = Self { child, stdin, lines, complaints, host: remote.host.to_string() };

        let answer = session.answer(work.wait + ANSWER)?;
        let (kind, rest) = answer.split_once(' ').unwrap_or((answer.as_str(), ""));
        let field = |name: &str| {
            let mut fields = rest.split(' ').filter_map(|field| field.split_once('='));
            let value = fields.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned());
            value.filter(|value| !value.is_empty())
        };
        let version = field("version");
        match kind {
            "ready" => {
                session.keep_alive();
                let compare = field("mode").as_deref() == Some("compare");
                let (current, previous) = (field("current"), field("previous"));
                let version = version.context("the host named no release")?;
                Ok(Begun::Ready(session, Situation { version, compare, current, previous }))
            }
            "nothing" => Ok(Begun::Nothing { current: version }),
            "locked" => Err(Ended::error(
                Ended::LOCKED,
                format!(
                    "another deployment is under way on {}: {}; nothing was touched. It frees \
                     the lock when it ends, however it ends; --lock-wait 10m waits for that",
                    session.host,
                    rest.trim()
                ),
            )),
            "refused" => Err(anyhow!("{}: {rest}", session.host)),
            _ => bail!("{} answered {answer:?}", session.host),
        }
    }

    /// Shows that this side is there until the session ends.
    fn keep_alive(&self) {
        let stdin = Arc::downgrade(&self.stdin);
        thread::spawn(move || {
            while let Some(stdin) = stdin.upgrade() {
                if send(&stdin, "\n").is_err() {
                    break;
                }
                drop(stdin);
                thread::sleep(PULSE);
            }
        });
    }

    /// Makes sure that the lock is still ours. The host gives it up where it hears nothing for
    /// too long, because this side was stopped, say; then it may be another's.
    pub(crate) fn held(&mut self) -> Result<()> {
        let answer = self.ask("held\n").with_context(|| {
            format!("the lock on {} is no longer held, and nothing was switched", self.host)
        })?;
        if answer != "held" {
            bail!("{} answered {answer:?}", self.host);
        }
        Ok(())
    }

    /// Declares the release whole.
    pub(crate) fn copied(&mut self) -> Result<()> {
        match self.ask("copied\n")?.as_str() {
            "copied" => Ok(()),
            other => bail!("{}: {}", self.host, other.trim_start_matches("refused ")),
        }
    }

    /// Has the host begin; the name of the run, which from now on needs nobody.
    pub(crate) fn run(&mut self) -> Result<String> {
        let answer = self.ask("run\n").map_err(|error| {
            // It may have begun, and its answer be lost.
            let why = format!("{error:#}; whether it has begun to switch, `releases` shows");
            Ended::error(Ended::UNKNOWN, why)
        })?;
        match answer.split_once(' ') {
            Some(("run", name)) => Ok(name.to_owned()),
            Some(("refused", why)) => bail!("{}: {why}", self.host),
            _ => bail!("{} answered {answer:?}", self.host),
        }
    }

    fn ask(&mut self, line: &str) -> Result<String> {
        // What cannot be sent has no answer, and that says why.
        let _ = send(&self.stdin, line);
        self.answer(ANSWER)
    }

    fn answer(&mut self, limit: Duration) -> Result<String> {
        match self.lines.recv_timeout(limit) {
            Ok(line) => Ok(line),
            Err(RecvTimeoutError::Timeout) => {
                bail!("{} did not answer within {} s", self.host, limit.as_secs())
            }
            Err(RecvTimeoutError::Disconnected) => {
                let status = process::wait(&mut self.child, ANSWER)?;
                let said = self.complaints.text(GRACE);
                if status.code() == Some(CONNECTION) {
                    bail!("the connection to {} was cut (ssh: {})", self.host, last_line(&said));
                }
                bail!("{} gave up: {}", self.host, last_line(&said))
            }
        }
    }
}

fn send(stdin: &Mutex<ChildStdin>, text: &str) -> std::io::Result<()> {
    // A writer that panicked has left a whole line or none behind.
    let mut stdin = stdin.lock().unwrap_or_else(PoisonError::into_inner);
    stdin.write_all(text.as_bytes()).and_then(|()| stdin.flush())
}

impl Drop for Session {
    /// With ssh ends the session on the host, and with it its hold on the lock.
    fn drop(&mut self) {
        process::end(&mut self.child);
    }
}
