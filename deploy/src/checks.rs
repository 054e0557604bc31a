//! Whether a host is fit to be deployed to, before anything is changed there.

mod facts;
mod judge;
mod ports;

use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use serde::Serialize;

use crate::remote::Remote;
use facts::Facts;
pub(crate) use ports::{Port, ports, settings};

/// How long the host may take to look at itself: six calls of docker at thirty seconds.
const LIMIT: Duration = Duration::from_mins(4);

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Check {
    name: String,
    expected: String,
    seen: String,
    passed: bool,
    /// What to do when it is not as expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

/// What a deployment asks of a host beyond programs.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) min_free_mib: u64,
    pub(crate) max_skew: Duration,
    /// What the stack publishes.
    pub(crate) ports: Vec<Port>,
}

/// Looks at everything that a deployment needs.
pub(crate) fn all(remote: &Remote, wanted: &Wanted) -> Result<Vec<Check>> {
    let skew = skew(remote)?;
    let facts = facts(remote)?;
    let mut checks = vec![judge::skew(skew, wanted.max_skew)];
    checks.extend(judge::programs(&facts));
    checks.extend(judge::room(&facts, &remote.dir.to_string(), wanted.min_free_mib));
    checks.push(judge::place(&facts, remote));
    checks.push(judge::ports(&facts, &wanted.ports, &remote.project.to_string()));
    Ok(checks)
}

/// Looks at what starting a release that is there needs.
pub(crate) fn programs(remote: &Remote) -> Result<Vec<Check>> {
    let facts = facts(remote)?;
    let mut checks = judge::programs(&facts);
    checks.push(judge::place(&facts, remote));
    Ok(checks)
}

/// A table of the checks, and the error that those that failed make.
pub(crate) fn report(checks: &[Check]) -> Result<()> {
    print!("{}", table(checks));
    let failed: Vec<_> = checks.iter().filter(|check| !check.passed).collect();
    if failed.is_empty() {
        return Ok(());
    }
    let advice = |check: &&Check| {
        let advice = check.advice.as_deref().unwrap_or("not as expected");
        format!("\n  {}: {advice}", check.name)
    };
    bail!(
        "the host is not ready; nothing was changed{}",
        failed.iter().map(advice).collect::<String>()
    )
}

fn table(checks: &[Check]) -> String {
    let width = |of: fn(&Check) -> &str| checks.iter().map(|check| of(check).len()).max();
    let names = width(|check| &check.name).unwrap_or_default();
    let expectations = width(|check| &check.expected).unwrap_or_default();
    let mut text = String::new();
    for Check { name, expected, seen, passed, .. } in checks {
        let mark = if *passed { "ok" } else { "FAILED" };
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {mark:<6}  {name:<names$}  {expected:<expectations$}  {seen}");
    }
    text
}

fn facts(remote: &Remote) -> Result<Facts> {
    let facts = Facts::of(&remote.call("checks", &[], b"", LIMIT)?);
    // The last fact: without it, others may be missing.
    if facts.one("checked").is_none() {
        bail!("{} did not say all that it was asked", remote.host);
    }
    Ok(facts)
}

/// How far the host's clock is ahead of ours, in seconds, at the least: it shows whole
/// seconds, and the answer was on its way for a while.
fn skew(remote: &Remote) -> Result<f64> {
    let before = unix();
    let theirs = remote.clock()?;
    let after = unix();
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 have 31 bits")]
    let theirs = theirs as f64;
    Ok(distance(theirs, before, after))
}

/// Zero when a second that begins at `theirs` touches the time from `before` to `after`.
fn distance(theirs: f64, before: f64, after: f64) -> f64 {
    if theirs > after {
        theirs - after
    } else if theirs + 1.0 < before {
        theirs + 1.0 - before
    } else {
        0.0
    }
}

fn unix() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "these are sums of small whole numbers")]
    fn the_answers_way_is_no_skew() {
        assert_eq!(distance(100.0, 100.5, 103.0), 0.0);
        assert_eq!(distance(102.0, 100.5, 103.0), 0.0);
        assert_eq!(distance(110.0, 100.5, 103.0), 7.0);
        assert_eq!(distance(90.0, 101.0, 103.0), -10.0);
    }

    #[test]
    fn what_failed_comes_with_advice() {
        let check = |passed| Check {
            name: "disk".to_owned(),
            expected: "5 GiB".to_owned(),
            seen: "1 GiB".to_owned(),
            passed,
            advice: Some("free some".to_owned()),
        };
        assert!(report(&[check(true)]).is_ok());
        let error = report(&[check(true), check(false)]).unwrap_err().to_string();
        assert!(error.ends_with("nothing was changed\n  disk: free some"), "{error}");
        assert_eq!(table(&[check(false)]), "  FAILED  disk  5 GiB  1 GiB\n");
    }
}
