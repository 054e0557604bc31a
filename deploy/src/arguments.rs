//! What can be asked for.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser};

use crate::names::{Folder, Host, Project, Version};

/// Brings the lab to a host over SSH, and back.
///
/// Exit codes: 1 not done, nothing was switched; 2 not understood; 3 the new release failed
/// and the one before runs again; 4 what runs is not verified; 5 the connection is gone and
/// the host goes on by itself; 6 another deployment is under way.
#[derive(Debug, Parser)]
#[command(version, bin_name = "cargo xtask")]
pub(crate) enum Command {
    /// Copies this checkout to a host, builds, starts and verifies it there
    Deploy(Deploy),
    /// Starts an earlier release again
    Rollback(Rollback),
    /// Lists the releases on a host
    Releases(Releases),
    /// Runs the verification of what is deployed, on its host
    VerifyHost(VerifyHost),
}

/// Which lab on which host.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// Where to, as user@host or user@host:port; an alias of ~/.ssh/config will do
    #[arg(long, env = "LAB_DEPLOY_HOST", value_name = "HOST")]
    pub(crate) host: Host,
    /// The folder there that holds releases and settings
    #[arg(long, default_value = "/srv/lab", value_name = "FOLDER")]
    pub(crate) dir: Folder,
    /// The compose project
    #[arg(long, default_value = "lab", value_name = "NAME")]
    pub(crate) project: Project,
    /// The private key to log in with; those in the agent are not tried
    #[arg(long, value_name = "FILE")]
    pub(crate) identity: Option<PathBuf>,
    /// The file with the host's key; no other file is believed
    #[arg(long, value_name = "FILE")]
    pub(crate) known_hosts: Option<PathBuf>,
}

/// What holds for everything that changes what runs.
#[derive(Debug, Args)]
pub(crate) struct Conditions {
    /// Say what would be done, change nothing on the host
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// How many releases stay, the current one and the one before among them
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u16).range(2..))]
    pub(crate) keep: u16,
    /// How long to wait for another deployment to end; never less than 5s
    #[arg(long, default_value = "0s", value_name = "TIME", value_parser = patience)]
    pub(crate) lock_wait: Duration,
    /// How long building, loading and fetching images may take, all together
    #[arg(long, default_value = "60m", value_name = "TIME", value_parser = duration)]
    pub(crate) build_timeout: Duration,
    /// How long everything may take to come up
    #[arg(long, default_value = "5m", value_name = "TIME", value_parser = duration)]
    pub(crate) up_timeout: Duration,
    /// How long the verification may take
    #[arg(long, default_value = "10m", value_name = "TIME", value_parser = duration)]
    pub(crate) verify_timeout: Duration,
    /// How long a host that goes on by itself is tried to be reached again
    #[arg(long, default_value = "2m", value_name = "TIME", value_parser = patience)]
    pub(crate) reconnect: Duration,
    /// Show all that the programs on the host say
    #[arg(long)]
    pub(crate) verbose: bool,
    /// Write what was done, with seconds, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// Options of `deploy`.
#[derive(Debug, Args)]
pub(crate) struct Deploy {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) run: Conditions,
    /// What the release is called; by default as `git describe` has it
    #[arg(long, value_name = "VERSION")]
    pub(crate) version: Option<Version>,
    /// The checkout to deploy; by default the one around this folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) source: Option<PathBuf>,
    /// Load the images from an archive of `docker save` instead of building them there
    #[arg(long, value_name = "ARCHIVE")]
    pub(crate) images_from: Option<PathBuf>,
    /// Replace the host's settings, shared/.env, by this file
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// How long copying may take, the archive included
    #[arg(long, default_value = "2h", value_name = "TIME", value_parser = duration)]
    pub(crate) copy_timeout: Duration,
    /// Free disk space that the host must have, in MiB
    #[arg(long, default_value_t = 5120, value_name = "MIB")]
    pub(crate) min_free: u64,
    /// How far the host's clock may be from this one's
    #[arg(long, default_value = "5s", value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) max_skew: Duration,
}

/// Options of `rollback`.
#[derive(Debug, Args)]
pub(crate) struct Rollback {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) run: Conditions,
    /// The release to start; by default the newest other one that was verified
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: Option<Version>,
    /// Only if this is the release that runs; otherwise there is nothing to do
    #[arg(long, value_name = "VERSION")]
    pub(crate) from: Option<Version>,
}

/// Options of `releases`.
#[derive(Debug, Args)]
pub(crate) struct Releases {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `verify-host`.
#[derive(Debug, Args)]
pub(crate) struct VerifyHost {
    #[command(flatten)]
    pub(crate) target: Target,
    /// How long the verification may take
    #[arg(long, default_value = "8m", value_name = "TIME", value_parser = duration)]
    pub(crate) verify_timeout: Duration,
    /// Write what was checked as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// The longest that anything is waited for; it can be added to any clock.
const DAY: Duration = Duration::from_hours(24);

/// At least a second: `timeout 0` would wait for ever.
fn duration(text: &str) -> Result<Duration, String> {
    at_least(Duration::from_secs(1), text)
}

/// May be none: what is waited for is then tried once.
fn patience(text: &str) -> Result<Duration, String> {
    at_least(Duration::ZERO, text)
}

fn at_least(least: Duration, text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if (least..=DAY).contains(&duration) {
        Ok(duration)
    } else {
        Err(format!("from {}s to 24h", least.as_secs()))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn verify_cli() {
        Command::command().debug_assert();
    }

    #[test]
    fn a_timeout_is_never_endless() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert!(duration("0s").is_err() && duration("2days").is_err() && duration("x").is_err());
    }

    #[test]
    fn patience_may_be_none_and_has_an_end() {
        for name in ["--lock-wait", "--reconnect"] {
            let given = |time: &str| {
                Command::try_parse_from(["xtask", "rollback", "--host", "u@h", name, time])
            };
            assert!(given("0s").is_ok() && given("24h").is_ok());
            assert!(given("25h").is_err() && given("500000000000years").is_err());
        }
    }
}
