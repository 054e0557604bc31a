//! Files to the host, by the system's rsync.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::remote::{Remote, last_line};
use crate::{process, quote};

/// Seconds without a byte after which both sides give up: of small files, and of a large
/// one, of which the host may have to read gigabytes first.
const SILENCE: &str = "--timeout=30";
const LONG_SILENCE: &str = "--timeout=60";

/// rsync there, which then says what it ended with. The code that rsync here ends with may
/// only be that of the pipe which was closed meanwhile, and the other side's words be lost
/// with it; standard error goes past both.
const THEIRS: &str = r#"rsync "$@"; code=$?; echo "rsync there: $code" >&2; exit $code"#;
const THEIR_CODE: &str = "rsync there: ";

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
        self.words.push(format!("--rsync-path=flock -w 5 {dir}/copying sh -c '{THEIRS}' rsync"));
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
    pub(crate) fn run(&self, deadline: Instant) -> Result<()> {
        self.rsync(&[], deadline).map(|_| ())
    }

    /// What a copy would change, one line for each file.
    pub(crate) fn differences(&self, deadline: Instant) -> Result<Vec<String>> {
        let said = self.rsync(&["--dry-run", "--itemize-changes"], deadline)?;
        // Only attributes of a folder differ.
        let lines = said.lines().filter(|line| !line.starts_with(".d") && !line.is_empty());
        Ok(lines.map(str::to_owned).collect())
    }

    fn rsync(&self, more: &[&str], deadline: Instant) -> Result<String> {
        let mut rsync = Command::new("rsync");
        let limit = deadline.saturating_duration_since(Instant::now());
        let output = process::run(rsync.args(more).args(&self.words), Vec::new(), limit)
            .context("rsync (apt-get install rsync here, if it is not there)")?;
        let host = &self.remote.host;
        let reason = || reason(&output.stderr);
        match end(output.status.code(), &output.stderr) {
            Some(0) => Ok(output.stdout),
            _ if output.stderr.contains("No space left on device") => {
                bail!("the disk of {host} is full: {}", reason())
            }
            Some(10 | 12 | 30 | 35 | 255) | None => bail!(
                "the connection to {host} was cut; what has arrived stays, and deploying again \
                 completes it ({})",
                reason()
            ),
            Some(FILE_ERROR) => bail!(
                "a file could not be read here or written there; most often the disk of {host} is \
                 full ({})",
                reason()
            ),
            Some(code) => bail!("rsync ended with {code}: {}", reason()),
        }
    }
}

/// The code that tells most of how a copy ended: that of the side which could not read or
/// write its files, before that of the side which lost the other.
fn end(ours: Option<i32>, stderr: &str) -> Option<i32> {
    let theirs = stderr.lines().find_map(|line| line.strip_prefix(THEIR_CODE)?.parse().ok());
    if theirs == Some(FILE_ERROR) { theirs } else { ours }
}

/// The first line that is not about the consequences of another.
fn reason(stderr: &str) -> &str {
    let mut lines =
        stderr.lines().filter(|line| line.contains("rsync:") || line.contains("failed"));
    lines.next().unwrap_or_else(|| last_line(stderr))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_there_is_no_cut() {
        let lost = "rsync: connection unexpectedly closed\n";
        for ours in [Some(10), Some(12), Some(255), None] {
            assert_eq!(end(ours, &format!("rsync there: 11\n{lost}")), Some(FILE_ERROR));
            assert_eq!(end(ours, &format!("{lost}rsync there: 12\n")), ours);
            assert_eq!(end(ours, lost), ours);
        }
    }
}
