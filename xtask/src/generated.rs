//! Files that are committed and made from others.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace;

/// Files by their name below a folder of the repository, and the command that makes them.
#[derive(Debug)]
pub(crate) struct Generated {
    /// Below the repository.
    pub(crate) folder: &'static str,
    /// What a person runs.
    pub(crate) command: &'static str,
    /// Name and content.
    pub(crate) files: Vec<(String, String)>,
}

impl Generated {
    /// Writes the files and prints their names.
    pub(crate) fn write(&self) -> Result<()> {
        for (name, text) in &self.files {
            let name = Path::new(self.folder).join(name);
            let file = workspace::root().join(&name);
            let parent = file.parent().context("a generated file lies in no folder")?;
            fs::create_dir_all(parent)
                .and_then(|()| fs::write(&file, text))
                .with_context(|| format!("could not write {}", file.display()))?;
            println!("{}", name.display());
        }
        Ok(())
    }

    /// Says which files are not what they are made from.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let Self { folder, command, files } = self;
        let stale = files.iter().filter(|(name, text)| {
            let found = fs::read_to_string(workspace::root().join(folder).join(name));
            found.ok().as_ref() != Some(text)
        });
        stale.map(|(name, _)| format!("{folder}/{name} is stale; run `{command}`")).collect()
    }
}
