//! A copy of the tracked files.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// Files that stay here even if somebody tracks them: settings and what is built belong to
/// their machine.
fn stays(path: &Path) -> bool {
    let first = path.iter().next().is_some_and(|part| part == "target" || part == "data");
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    first || [".env", "id_ed25519"].contains(&name)
}

/// The copy; removed when it is dropped.
#[derive(Debug)]
pub(super) struct Stage {
    folder: TempDir,
    files: usize,
    digest: String,
}

impl Stage {
    /// Copies `files` of `root`, without those that were deleted in the checkout.
    pub(super) fn of(root: &Path, files: &[PathBuf]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("lab-deploy-").tempdir()?;
        let mut digest = Sha256::new();
        let mut count = 0;
        for file in files.iter().filter(|file| !stays(file)) {
            let copied = copy(&root.join(file), &folder.path().join(file), &mut digest)
                .with_context(|| format!("could not copy {}", file.display()))?;
            if copied {
                digest.update(file.as_os_str().as_encoded_bytes());
                digest.update([0]);
                count += 1;
            }
        }
        let digest = digest.finalize();
        let start = digest.iter().take(8).fold(0, |start, byte| start << 8 | u64::from(*byte));
        Ok(Self { folder, files: count, digest: format!("{start:016x}") })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn files(&self) -> usize {
        self.files
    }

    /// Of names, contents and whether a file can be executed: the start of their SHA-256, in hexadecimal.
    pub(super) fn digest(&self) -> &str {
        &self.digest
    }
}

fn copy(from: &Path, to: &Path, digest: &mut Sha256) -> Result<bool> {
    let kind = match fs::symlink_metadata(from) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    if kind.is_dir() {
        // A submodule, whose files are another repository's.
        return Ok(false);
    }
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    if kind.is_symlink() {
        let target = fs::read_link(from)?;
        digest.update(target.as_os_str().as_encoded_bytes());
        symlink(target, to)?;
        return Ok(true);
    }
    let bytes = fs::read(from)?;
    // As git keeps it: containers that run as somebody else must be able to read it.
    let mode = if kind.permissions().mode() & 0o100 == 0 { 0o644 } else { 0o755 };
    digest.update(&bytes);
    digest.update([mode == 0o755].map(u8::from));
    fs::write(to, bytes)?;
    fs::set_permissions(to, fs::Permissions::from_mode(mode))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_and_keys_stay() {
        for file in [".env", "a/.env", "target/x", "data/lab.db", "jenkins/id_ed25519"] {
            assert!(stays(Path::new(file)), "{file}");
        }
        for file in [".env.example", "src/target/x.sh", "a/data/b", "id_ed25519.pub"] {
            assert!(!stays(Path::new(file)), "{file}");
        }
    }

    #[test]
    fn contents_and_modes_make_the_digest() {
        let root = tempfile::tempdir().unwrap();
        let file = [PathBuf::from("f"), PathBuf::from("gone")];
        let path = root.path().join("f");
        let digest = |text: &str, mode| {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let stage = Stage::of(root.path(), &file).unwrap();
            assert_eq!(stage.files(), 1);
            stage.digest().to_owned()
        };
        assert_eq!(digest("a", 0o600), digest("a", 0o644));
        assert_ne!(digest("a", 0o600), digest("b", 0o600));
        assert_ne!(digest("a", 0o600), digest("a", 0o700));
    }
}
