//! Files whose names change with their content, and the manifest that names them.

mod manifest;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

pub(crate) use manifest::Manifest;

/// Enough of the digest that two versions never share a name.
const HASH_BYTES: usize = 8;

/// Everything that the browser fetches besides the page.
#[derive(Debug, Default)]
pub(crate) struct Bundle {
    manifest: Manifest,
    files: Vec<(String, Vec<u8>)>,
}

impl Bundle {
    /// Takes in one file and returns its hashed name.
    pub(crate) fn add(&mut self, logical: &str, bytes: Vec<u8>) -> Result<String> {
        let hashed = hashed_name(logical, &bytes);
        if self.manifest.insert(logical, &hashed).is_some() {
            bail!("two assets are called {logical}");
        }
        self.files.push((hashed.clone(), bytes));
        Ok(hashed)
    }

    /// Takes in every file of a directory.
    pub(crate) fn add_directory(&mut self, directory: &Path) -> Result<()> {
        for (name, bytes) in files_of(directory)? {
            self.add(&name, bytes)?;
        }
        Ok(())
    }

    /// Writes the files with compressed copies, then the manifest, then removes what the
    /// previous manifest named: at no moment does the manifest point at a missing file.
    pub(crate) fn write(self, out: &Path) -> Result<Manifest> {
        let previous = Manifest::read(out).unwrap_or_default();
        let staging = staging_beside(out)?;
        for directory in [out, &staging] {
            fs::create_dir_all(directory)
                .with_context(|| format!("could not create {}", directory.display()))?;
        }
        for (name, bytes) in &self.files {
            publish(&staging, out, name, bytes)?;
            let packed = gzip(bytes).with_context(|| format!("could not compress {name}"))?;
            publish(&staging, out, &gzip_name(name), &packed)?;
        }
        publish(&staging, out, Manifest::FILE, self.manifest.to_json().as_bytes())?;
        fs::remove_dir_all(&staging).context("could not remove the staging directory")?;

        for stale in previous.files().filter(|name| !self.manifest.contains(name)) {
            for name in [stale.to_owned(), gzip_name(stale)] {
                remove_if_present(&out.join(name))?;
            }
        }
        Ok(self.manifest)
    }
}

/// The files directly in a directory, by name; hidden ones are no assets.
pub(crate) fn files_of(directory: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let context = || format!("could not read {}", directory.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).with_context(context)? {
        let path = entry.with_context(context)?.path();
        let Some(name) = path.file_name().and_then(OsStr::to_str) else {
            bail!("{} has a name that is not UTF-8", path.display());
        };
        if name.starts_with('.') {
            continue;
        }
        if !path.is_file() {
            bail!("{} is not a file, and assets have no subdirectories", path.display());
        }
        let bytes =
            fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
        files.push((name.to_owned(), bytes));
    }
    files.sort();
    Ok(files)
}

/// `app.css` → `app-0123456789abcdef.css`.
fn hashed_name(logical: &str, bytes: &[u8]) -> String {
    let hash = hex(&Sha256::digest(bytes)[..HASH_BYTES]);
    match logical.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{hash}.{extension}"),
        None => format!("{logical}-{hash}"),
    }
}

/// The name of a file's compressed copy.
pub(crate) fn gzip_name(name: &str) -> String {
    format!("{name}.gz")
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Compressed as much as gzip can.
pub(crate) fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Renaming is atomic on one file system only, hence a neighbour of the output.
fn staging_beside(out: &Path) -> Result<PathBuf> {
    let Some(name) = out.file_name() else {
        bail!("{} cannot hold the assets", out.display());
    };
    let mut name = name.to_owned();
    name.push(".staging");
    Ok(out.with_file_name(name))
}

/// Makes a file appear in `out` complete or not at all.
fn publish(staging: &Path, out: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let staged = staging.join(name);
    fs::write(&staged, bytes)
        .and_then(|()| fs::rename(&staged, out.join(name)))
        .with_context(|| format!("could not write {}", out.join(name).display()))
}

fn remove_if_present(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("could not remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
