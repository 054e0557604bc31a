//! What the program does.

mod deploy;
mod plan;
mod releases;
mod rollback;
mod run;
mod verify_host;

pub(crate) use deploy::deploy;
pub(crate) use releases::releases;
pub(crate) use rollback::rollback;
pub(crate) use verify_host::verify_host;

use std::process::Command;
use std::time::Duration;

use crate::process;

/// Who deploys, for the lock and the log on the host: `user@machine`.
fn who() -> String {
    let said = |program: &str, option: &str| {
        let output = process::run(Command::new(program).arg(option), Vec::new(), LIMIT);
        let ok = |c: &char| c.is_ascii_alphanumeric() || "._-".contains(*c);
        let text = output.map(|output| output.stdout).unwrap_or_default();
        let text: String = text.chars().filter(ok).take(60).collect();
        if text.is_empty() { "unknown".to_owned() } else { text }
    };
    format!("{}@{}", said("id", "-un"), said("hostname", "-s"))
}

/// How long the system may take to say who it is.
const LIMIT: Duration = Duration::from_secs(10);
