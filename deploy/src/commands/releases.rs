//! `releases`: what is on a host.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::arguments::Releases;
use crate::remote::Remote;

/// How long the host may take to say it.
const LIMIT: Duration = Duration::from_mins(1);

/// A release.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Release {
    version: String,
    /// `current` or `previous`, which is where a rollback leads.
    role: Option<String>,
    /// `verified`, `withdrawn` (gone back from by hand), `failed`, `copied` (never started),
    /// `interrupted` (never told how it went) or `incomplete`.
    state: String,
    /// When it was whole, in UTC.
    copied: Option<String>,
    /// The commit that it is made of.
    revision: Option<String>,
    /// The step that failed.
    reason: Option<String>,
}

#[derive(Debug, Serialize)]
struct Listing {
    releases: Vec<Release>,
    /// The deployment that is under way.
    under_way: Option<String>,
}

/// Prints the releases, the newest first.
pub(crate) fn releases(args: &Releases) -> Result<()> {
    let remote = Remote::new(&args.target)?;
    let said = remote.call("list", &[], b"", LIMIT)?;
    if !said.lines().any(|line| line == "listed=yes") {
        bail!("{} did not say all that it was asked", remote.host);
    }
    let listing = Listing::of(&said);
    if args.json {
        let text = serde_json::to_string_pretty(&listing).context("no form in JSON")?;
        println!("{text}");
    } else {
        print!("{}", listing.table());
    }
    Ok(())
}

impl Listing {
    fn of(said: &str) -> Self {
        let under_way = said.lines().find_map(|line| line.strip_prefix("locked="));
        let releases = said.lines().filter_map(|line| line.strip_prefix("release="));
        let releases = releases.filter_map(|line| Release::of(line, under_way.is_some())).collect();
        Self { releases, under_way: under_way.map(|text| text.trim().to_owned()) }
    }

    fn table(&self) -> String {
        let mut rows = vec![["version", "", "state", "copied (UTC)", "commit"].map(str::to_owned)];
        for Release { version, role, state, copied, revision, reason } in &self.releases {
            let or_nothing = |field: &Option<String>| field.clone().unwrap_or_default();
            let state = match reason {
                Some(reason) => format!("{state} ({reason})"),
                None => state.clone(),
            };
            let [role, copied, revision] = [role, copied, revision].map(or_nothing);
            rows.push([version.clone(), role, state, copied, revision]);
        }
        let widths: Vec<usize> = (0..5)
            .map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or_default())
            .collect();
        let line = |row: &[String; 5]| {
            let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
        };
        let mut text = if self.releases.is_empty() {
            "no releases\n".to_owned()
        } else {
            rows.iter().map(line).collect()
        };
        if let Some(under_way) = &self.under_way {
            text.extend(["under way: ", under_way, "\n"]);
        }
        text
    }
}

impl Release {
    fn of(line: &str, under_way: bool) -> Option<Self> {
        let mut fields = line
            .split('\t')
            .map(|field| if field.is_empty() { None } else { Some(field.to_owned()) });
        let version = fields.next()??;
        let role = fields.next()?;
        let state = match fields.next()??.as_str() {
            "copying" => "incomplete",
            "activating" if under_way => "starting",
            "activating" => "interrupted",
            other => other,
        }
        .to_owned();
        let mut next = || fields.next().flatten();
        Some(Self { version, role, state, copied: next(), revision: next(), reason: next() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "release=v2\tcurrent\tverified\t2026-11-21T20:00:00Z\tabc\t\n\
                        release=v1\t\tfailed\t2026-11-21T19:00:00Z\tdef\tstart\n\
                        release=v0\t\tcopying\t\t\t\n\
                        locked=deploy v3 by a@b since now \n";

    #[test]
    fn what_is_missing_is_left_blank() {
        assert_eq!(
            Listing::of(SAID).table(),
            "version           state           copied (UTC)          commit\n\
             v2       current  verified        2026-11-21T20:00:00Z  abc\n\
             v1                failed (start)  2026-11-21T19:00:00Z  def\n\
             v0                incomplete\n\
             under way: deploy v3 by a@b since now\n"
        );
        assert_eq!(Listing::of("listed=yes\n").table(), "no releases\n");
    }

    #[test]
    fn a_start_that_nobody_ended_was_interrupted() {
        let state = |under_way| Release::of("v\t\tactivating\t\t\t", under_way).unwrap().state;
        assert_eq!((state(true), state(false)), ("starting".into(), "interrupted".into()));
    }
}
