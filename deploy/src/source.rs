//! What is deployed: the files that git tracks, as they are in the checkout now.
//!
//! Not the folder with a list of exceptions: an ignored or forgotten file, a key say, would
//! go to the host, and two people would deploy different things under one name.

mod git;
mod stage;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use crate::names::Version;
use stage::Stage;

/// A copy of the tree, made before anything is sent: what is edited meanwhile does not mix.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) version: Version,
    /// The commit that it is made of, abbreviated.
    pub(crate) revision: String,
    /// Files that git neither tracks nor ignores.
    pub(crate) untracked: usize,
    stage: Stage,
}

impl Source {
    /// Copies the checkout around `folder`.
    pub(crate) fn of(folder: Option<&Path>, version: Option<&Version>) -> Result<Self> {
        let root = root(folder)?;
        let stage = Stage::of(&root, &git::tracked(&root)?)?;
        if !stage.path().join("compose.yaml").is_file() {
            bail!("{} has no compose.yaml; is it a checkout of the lab?", root.display());
        }
        let version = match version {
            Some(version) => version.clone(),
            None => described(&root, &stage)?,
        };
        let revision = git::revision(&root)?;
        Ok(Self { version, revision, untracked: git::untracked(&root)?, stage })
    }

    /// The folder to send.
    pub(crate) fn path(&self) -> &Path {
        self.stage.path()
    }

    /// How many files there are.
    pub(crate) fn files(&self) -> usize {
        self.stage.files()
    }

    /// The stack's description.
    pub(crate) fn compose(&self) -> Result<String> {
        std::fs::read_to_string(self.path().join("compose.yaml")).context("compose.yaml")
    }
}

fn root(folder: Option<&Path>) -> Result<PathBuf> {
    let folder = folder.map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    git::root(&folder)
}

/// A changed tree is called by its contents too: two changes of one commit are two releases.
fn described(root: &Path, stage: &Stage) -> Result<Version> {
    let mut name = git::describe(root)?;
    if git::is_changed(root)? {
        name = format!("{name}-dirty-{}", &stage.digest()[..8]);
    }
    Version::from_git(&name).map_err(|error| anyhow!("{name}: {error}; choose a --version"))
}
