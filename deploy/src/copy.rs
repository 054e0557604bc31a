//! Files to the host, by the system's rsync.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::remote::{Remote, last_line};
use crate::{process, quote};

/// Seconds without a byte after which both sides give up: of small files, and of a large
/// one, of which the host may have to read gigabytes first.
const SILENCE: &str = "--timeout=30";
const LONG_SILENCE: &str = "--timeout=60";

/// A bound for the whole that only a dying connection reaches.
const LIMIT: Duration = Duration::from_hours(2);

/// rsync's exit code of an error in file I/O.
const FILE_ERROR: i32 = 11;

/// What one call of rsync copies.
#[derive(Debug)]
pub(crate) struct Copy<'a> {
    remote: &'a Remote,
    words: Vec<String>,
}

impl<'a> Copy<'a> {
    /// A tree into a release's folder.
    ///
    /// By contents, not by times, which a fresh checkout has of its own: what is as in the
    /// release before (`link`) becomes a hard link to it and costs nothing.
    pub(crate) fn tree(remote: &'a Remote, from: &Path, version: &str, link: Option<&str>) -> Self {
        let words = [
            "--recursive",
            "--links",
            "--perms",
            "--chmod=D755",
            "--checksum",
            "--delete",
            SILENCE,
        ];
        let mut words = words.map(str::to_owned).to_vec();
        words.extend(link.map(|link| format!("--link-dest=../{link}")));
        Self { remote, words }
            .between(&format!("{}/", from.display()), &format!("releases/{version}/"))
    }

    /// An archive of images. It is large: what has arrived before a cut is kept.
    pub(crate) fn archive(remote: &'a Remote, from: &Path, version: &str) -> Self {
        let words = vec!["--partial".to_owned(), LONG_SILENCE.to_owned()];
        Self { remote, words }
            .between(&from.display().to_string(), &format!("incoming/{version}.tar"))
    }

    fn between(mut self, from: &str, to: &str) -> Self {
        let Remote { host, dir, .. } = self.remote;
        // By this lock the host's next session finds a copy whose deployer is gone.
        self.words.push(format!("--rsync-path=flock -w 5 {dir}/copying rsync"));
        self.words.extend(["-e".to_owned(), self.remote.for_rsync(), "--".to_owned()]);
        self.words.push(from.to_owned());
        self.words.push(format!("{}:{dir}/{to}", host.for_rsync()));
        self
    }

    /// The command, to be read.
    pub(crate) fn shown(&self) -> String {
        let words = self.words.iter().map(|word| quote::shown(word));
        format!("rsync {}", words.collect::<Vec<_>>().join(" "))
    }

    /// Copies.
    pub(crate) fn run(&self) -> Result<()> {
        self.rsync(&[]).map(|_| ())
    }

    /// What a copy would change, one line for each file.
    pub(crate) fn differences(&self) -> Result<Vec<String>> {
        let said = self.rsync(&["--dry-run", "--itemize-changes"])?;
        // Only attributes of a folder differ.
        let lines = said.lines().filter(|line| !line.starts_with(".d") && !line.is_empty());
        Ok(lines.map(str::to_owned).collect())
    }

    fn rsync(&self, more: &[&str]) -> Result<String> {
        let mut rsync = Command::new("rsync");
        let output = process::run(rsync.args(more).args(&self.words), Vec::new(), LIMIT)
            .context("rsync (apt-get install rsync here, if it is not there)")?;
        let host = &self.remote.host;
        let reason = || reason(&output.stderr);
        match output.status.code() {
            Some(0) => Ok(output.stdout),
            _ if output.stderr.contains("No space left on device") => {
                bail!("the disk of {host} is full: {}", reason())
            }
            Some(10 | 12 | 30 | 35 | 255) | None => bail!(
                "the connection to {host} was cut; what has arrived stays, and deploying again \
                 completes it ({})",
                reason()
            ),
            // What the other side says of it may be lost with the connection that it closes.
            Some(FILE_ERROR) => bail!(
                "a file could not be read here or written there; most often the disk of {host} is \
                 full ({})",
                reason()
            ),
            Some(code) => bail!("rsync ended with {code}: {}", reason()),
        }
    }
}

/// The first line that is not about the consequences of another.
fn reason(stderr: &str) -> &str {
    let mut lines =
        stderr.lines().filter(|line| line.contains("rsync:") || line.contains("failed"));
    lines.next().unwrap_or_else(|| last_line(stderr))
}
