//! The host, by the system's ssh.

mod follow;
mod program;
mod session;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};

use crate::arguments::Target;
use crate::names::{Folder, Host, Project};
use crate::process::Output;
use crate::{process, quote};

pub(crate) use follow::{Event, Followed, Line, Patience, follow};
use program::PROGRAM;
pub(crate) use session::{Begun, Session, Situation, Work};

/// What ssh ends with when it is not the remote program that ends.
pub(crate) const CONNECTION: i32 = 255;

/// Host keys are always checked, nothing is ever asked, and a dead connection is noticed
/// within half a minute. A shared connection that someone else opened would bring its own
/// idea of the host's key along.
const OPTIONS: [&str; 13] = [
    "-T",
    "-oBatchMode=yes",
    "-oStrictHostKeyChecking=yes",
    "-oUpdateHostKeys=no",
    "-oVerifyHostKeyDNS=no",
    "-oConnectTimeout=15",
    "-oServerAliveInterval=10",
    "-oServerAliveCountMax=3",
    "-oControlMaster=no",
    "-oControlPath=none",
    "-oForwardAgent=no",
    "-oRemoteCommand=none",
    "-oClearAllForwardings=yes",
];

/// A lab on a host.
#[derive(Debug)]
pub(crate) struct Remote {
    pub(crate) host: Host,
    pub(crate) dir: Folder,
    pub(crate) project: Project,
    options: Vec<String>,
}

impl Remote {
    /// Checks the files that are named; connects to nothing.
    pub(crate) fn new(target: &Target) -> Result<Self> {
        let mut options: Vec<String> = OPTIONS.map(str::to_owned).to_vec();
        if let Some(file) = &target.identity {
            let file = readable(file).context("--identity")?;
            options
                .extend(["-oIdentitiesOnly=yes".to_owned(), format!("-oIdentityFile=\"{file}\"")]);
        }
        if let Some(file) = &target.known_hosts {
            let file = readable(file).context("--known-hosts")?;
            options.push(format!("-oUserKnownHostsFile=\"{file}\""));
            options.push("-oGlobalKnownHostsFile=none".to_owned());
        }
        if let Some(port) = target.host.port {
            options.push(format!("-oPort={port}"));
        }
        if let Some(user) = &target.host.user {
            options.push(format!("-oUser={user}"));
        }
        Ok(Self {
            host: target.host.clone(),
            dir: target.dir.clone(),
            project: target.project.clone(),
            options,
        })
    }

    /// ssh that runs `words`, which no shell on the way may read differently.
    pub(crate) fn ssh(&self, words: &[&str]) -> Result<Command> {
        let mut line = Vec::new();
        for word in words {
            line.push(quote::shell(word).with_context(|| format!("not to be sent: {word}"))?);
        }
        let mut command = Command::new("ssh");
        command.args(&self.options).arg("--").arg(&self.host.name).arg(line.join(" "));
        Ok(command)
    }

    /// ssh that runs our program with a command of it.
    pub(crate) fn program(&self, command: &str, arguments: &[(&str, &str)]) -> Result<Command> {
        let length = PROGRAM.len().to_string();
        let mut words: Vec<String> =
            ["sh", "-c", program::BOOTSTRAP, "lab-deploy", &length, command]
                .map(str::to_owned)
                .to_vec();
        words.push(format!("dir={}", self.dir));
        words.push(format!("project={}", self.project));
        words.extend(arguments.iter().map(|(key, value)| format!("{key}={value}")));
        self.ssh(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Runs a command of the program to its end, however it ends.
    pub(crate) fn ask(
        &self,
        command: &str,
        arguments: &[(&str, &str)],
        input: &[u8],
        limit: Duration,
    ) -> Result<Output> {
        let mut ssh = self.program(command, arguments)?;
        let input = [PROGRAM.as_bytes(), input].concat();
        let output = process::run(&mut ssh, input, limit)?;
        match output.status.code() {
            Some(CONNECTION) => Err(self.unreachable(&output.stderr)),
            _ => Ok(output),
        }
    }

    /// The same; its output if it went well.
    pub(crate) fn call(
        &self,
        command: &str,
        arguments: &[(&str, &str)],
        input: &[u8],
        limit: Duration,
    ) -> Result<String> {
        let output = self.ask(command, arguments, input, limit)?;
        if !output.status.success() {
            bail!("{command} on {} failed: {}", self.host, last_line(&output.stderr));
        }
        Ok(output.stdout)
    }

    /// The host's clock in seconds, and whether it can be reached at all.
    pub(crate) fn clock(&self) -> Result<i64> {
        let output =
            process::run(&mut self.ssh(&["date", "+%s"])?, Vec::new(), Duration::from_mins(1))?;
        if output.status.code() == Some(CONNECTION) {
            return Err(self.unreachable(&output.stderr));
        }
        let clock = output.stdout.trim();
        clock.parse().map_err(|_| anyhow!("the host answered {clock:?} where a time was expected"))
    }

    /// The options of ssh in the form that rsync's `-e` reads.
    pub(crate) fn for_rsync(&self) -> String {
        let words = ["ssh".to_owned()].into_iter().chain(self.options.iter().cloned());
        words.map(|word| quote::rsync(&word)).collect::<Vec<_>>().join(" ")
    }

    /// What to do about a connection that did not come about.
    pub(crate) fn unreachable(&self, stderr: &str) -> anyhow::Error {
        let host = &self.host;
        let said = last_line(stderr);
        let advice = if stderr.contains("REMOTE HOST IDENTIFICATION HAS CHANGED") {
            "the host shows another key than the one that is known; find out why before you \
             change anything (docs/DEPLOYMENT.md)"
        } else if stderr.contains("Host key verification failed") {
            "the host's key is not known here; pin it as docs/DEPLOYMENT.md says"
        } else if stderr.contains("Permission denied") {
            "the host takes none of the keys; is the public one in the user's \
             ~/.ssh/authorized_keys there, and the private one named by --identity or in the agent?"
        } else if stderr.contains("Could not resolve") {
            "there is no such name"
        } else {
            "is it up, is the port right, is there a firewall in between?"
        };
        anyhow!("{host} cannot be reached: {advice} (ssh: {said})")
    }
}

/// A path that ssh's options can hold in quotes.
fn readable(file: &Path) -> Result<String> {
    std::fs::File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let absolute = std::path::absolute(file)?;
    let text = absolute.to_str().unwrap_or("\"");
    if text.contains(['"', '%', '\n', '\\', '$']) {
        bail!("{} has characters in its name that ssh reads as something else", file.display());
    }
    Ok(text.to_owned())
}

/// The last line that says something; programs put their reason there.
pub(crate) fn last_line(text: &str) -> &str {
    text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("no reason given")
}
