//! What would be done, said and not done.

use std::time::Duration;

use anyhow::Result;

use super::run;
use crate::arguments::Conditions;
use crate::remote::Remote;

/// How long the host may take to say it.
const LIMIT: Duration = Duration::from_mins(1);

/// Prints the commands of this side and, by the host's own functions, those of that one.
pub(super) fn print(
    remote: &Remote,
    conditions: &Conditions,
    what: &str,
    local: &[String],
    more: &[(&str, String)],
) -> Result<()> {
    let mut arguments = run::arguments(conditions, what);
    arguments.extend_from_slice(more);
    let arguments: Vec<_> = arguments.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let plan = remote.call("planned", &arguments, b"", LIMIT)?;
    println!("\nNothing was changed. It would be done:");
    println!("  on {}: flock {}/lock, until the end", remote.host, remote.dir);
    for command in local {
        println!("  here: {command}");
    }
    for line in plan.lines() {
        println!("  on {}: {line}", remote.host);
    }
    Ok(())
}
