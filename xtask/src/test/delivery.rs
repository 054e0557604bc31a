//! How the lab is delivered: the pipeline, run by Groovy, and the files that make a target
//! host, judged by the programs that read them.

mod groovy;
mod host;
mod pipeline;

use anyhow::{Context, Result};

/// Checks all of it.
pub(super) fn check() -> Result<()> {
    host::check().context("in deploy/vm")?;
    pipeline::check().context("in the pipeline")
}
