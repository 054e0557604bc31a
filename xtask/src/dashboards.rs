//! `cargo xtask dashboards`: Grafana's dashboards from the short files in `grafana/source`
//! (docs/adr/0020).

mod judge;
mod known;
mod labels;
mod layout;
mod links;
mod model;
mod source;

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};

use crate::generated::Generated;
use crate::workspace;
use known::Known;
use source::Dashboard;

/// Writes the files that Grafana reads.
pub(crate) fn run() -> Result<()> {
    generated(&dashboards()?)?.write()
}

/// What is wrong with the sources, and files that are not what they say.
pub(crate) fn complaints() -> Result<Vec<String>> {
    let dashboards = dashboards()?;
    let catalogue = workspace::root().join("docs/TELEMETRY.md");
    let catalogue = fs::read_to_string(&catalogue)
        .with_context(|| format!("could not read {}", catalogue.display()))?;
    let mut complaints = judge::complaints(&dashboards, &Known::read(&catalogue));
    complaints.extend(generated(&dashboards)?.complaints());
    Ok(complaints)
}

/// The sources by uid, which is the name of the file.
fn dashboards() -> Result<BTreeMap<String, Dashboard>> {
    let folder = workspace::root().join("grafana/source");
    let context = || format!("could not read {}", folder.display());
    let mut dashboards = BTreeMap::new();
    for entry in fs::read_dir(&folder).with_context(context)? {
        let path = entry.with_context(context)?.path();
        let Some(uid) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = fs::read_to_string(&path).with_context(context)?;
            let dashboard =
                toml::from_str(&text).with_context(|| format!("in {}", path.display()))?;
            dashboards.insert(uid.to_owned(), dashboard);
        }
    }
    Ok(dashboards)
}

/// The file of every dashboard.
fn generated(dashboards: &BTreeMap<String, Dashboard>) -> Result<Generated> {
    let file = |(uid, dashboard): (&String, &Dashboard)| {
        let text = serde_json::to_string_pretty(&model::dashboard(uid, dashboard))
            .context("a dashboard has no form in JSON")?;
        Ok((format!("{}/{uid}.json", dashboard.folder), text + "\n"))
    };
    Ok(Generated {
        folder: "grafana/dashboards",
        command: "cargo xtask dashboards",
        files: dashboards.iter().map(file).collect::<Result<_>>()?,
    })
}
