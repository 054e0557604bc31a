//! Which files are judged.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// Folders without files of ours, besides the hidden ones.
const SKIPPED: [&str; 2] = ["target", "node_modules"];

/// What a file is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Compose,
    Dockerfile,
}

impl Kind {
    /// `None` for what is neither.
    pub(crate) fn of(file: &Path) -> Option<Self> {
        let name = file.file_name()?.to_str()?;
        let is_yaml = file.extension().is_some_and(|end| end == "yaml" || end == "yml");
        if name == "Dockerfile" || name.starts_with("Dockerfile.") {
            Some(Self::Dockerfile)
        } else if is_yaml && (name.starts_with("compose") || name.starts_with("docker-compose")) {
            Some(Self::Compose)
        } else {
            None
        }
    }
}

/// Every compose file and Dockerfile below a folder.
pub(crate) fn all(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(folder, &mut found)?;
    found.sort();
    ensure!(!found.is_empty(), "there is neither a compose file nor a Dockerfile here");
    Ok(found)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let context = || format!("could not list {}", folder.display());
    for entry in fs::read_dir(folder).with_context(context)? {
        let entry = entry.with_context(context)?;
        let (name, path) = (entry.file_name(), entry.path());
        let name = name.to_string_lossy();
        if entry.file_type().with_context(context)?.is_dir() {
            if !name.starts_with('.') && !SKIPPED.contains(&name.as_ref()) {
                collect(&path, found)?;
            }
        } else if Kind::of(&path).is_some() {
            found.push(path.strip_prefix(".").map_or(path.clone(), Path::to_path_buf));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_names() {
        let of = |name: &str| Kind::of(Path::new(name));
        assert_eq!(of("a/compose.yaml"), Some(Kind::Compose));
        assert_eq!(of("docker-compose.ci.yml"), Some(Kind::Compose));
        assert_eq!(of("a/Dockerfile"), Some(Kind::Dockerfile));
        assert_eq!(of("Dockerfile.debug"), Some(Kind::Dockerfile));
        for other in ["compose", "loki.yaml", "dockerfile.rego", "compose.rego"] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
