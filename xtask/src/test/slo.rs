//! The rules and routes of alerts, judged by Prometheus' and Alertmanager's own tools.

mod alertmanager;
mod prometheus;
mod tools;

use anyhow::{Context, Result};

/// Checks everything with each version of the tools that is to be had.
pub(super) fn check() -> Result<()> {
    for tools in tools::all()? {
        println!("promtool {}, amtool {}", tools.promtool_version, tools.amtool_version);
        prometheus::check(&tools)
            .and_then(|()| alertmanager::check(&tools))
            .with_context(|| format!("with {}", tools.origin))?;
    }
    Ok(())
}
