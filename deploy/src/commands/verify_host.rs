//! `verify-host`: the `verify` service of the release that runs, started on its host.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::arguments::VerifyHost;
use crate::remote::{Remote, last_line};
use crate::report;

/// How long the connection may last beyond the verification.
const BEYOND: Duration = Duration::from_mins(1);

/// Runs the service; its report goes into the file or to standard output.
pub(crate) fn verify_host(args: &VerifyHost) -> Result<()> {
    ensure!(args.target.host.user.is_some(), "--host must be USER@HOST or USER@HOST:PORT");
    let remote = Remote::new(&args.target)?;
    let seconds = args.verify_timeout.as_secs().to_string();
    let arguments = [("verify_seconds", seconds.as_str())];
    let limit = args.verify_timeout + BEYOND;
    let output = remote.ask("verified", &arguments, b"", limit)?;
    // A stack that does not work has a report as well.
    match &args.json {
        Some(file) => report::write(file, &output.stdout)?,
        None => print!("{}", output.stdout),
    }
    if !output.status.success() {
        let (host, status, said) = (&remote.host, output.status, last_line(&output.stderr));
        bail!("verify on {host} ended with {status}: {said}");
    }
    serde_json::from_str::<serde_json::Value>(&output.stdout).context("the report is not JSON")?;
    println!("verify on {}: ok", remote.host);
    Ok(())
}
