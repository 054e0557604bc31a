//! Remembers what the assets were made from, so that nothing is made twice.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use std::{env, fs};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::assets::{self, files_of};
use super::optimise::Optimiser;
use super::scripts::Scripts;
use crate::workspace;

/// A digest of all inputs and the place of the output.
#[derive(Debug)]
pub(crate) struct Stamp {
    text: String,
    file: PathBuf,
}

impl Stamp {
    /// Digests the module, the hand-written files and the tools that work on them.
    pub(crate) fn of(
        wasm: &Path,
        web: &Path,
        scripts: &Scripts,
        optimiser: Option<&Optimiser>,
        out: &Path,
    ) -> Result<Self> {
        let mut digest = Sha256::new();
        let mut part = |bytes: &[u8]| {
            // The length keeps two neighbouring parts from passing for two others.
            digest.update((bytes.len() as u64).to_le_bytes());
            digest.update(bytes);
        };
        part(this_program()?.as_bytes());
        part(optimiser.map_or("", |optimiser| &optimiser.version).as_bytes());
        part(&fs::read(wasm).with_context(|| format!("could not read {}", wasm.display()))?);
        for (path, text) in scripts.modules() {
            part(path.as_os_str().as_encoded_bytes());
            part(text.as_bytes());
        }
        for (name, bytes) in files_of(web)? {
            part(name.as_bytes());
            part(&bytes);
        }
        let text = format!("{}\n{}\n", assets::hex(&digest.finalize()), out.display());
        Ok(Self { text, file: workspace::target().join("wasm/assets.stamp") })
    }

    /// True when the last finished build had the same inputs and output.
    pub(crate) fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|saved| saved == self.text)
    }

    /// Says that the assets now are those of these inputs.
    pub(crate) fn save(&self) -> Result<()> {
        fs::write(&self.file, &self.text).context("could not write the assets' stamp")
    }
}

/// Size and time of this executable, which contains wasm-bindgen and the steps around it.
fn this_program() -> Result<String> {
    let metadata = env::current_exe()
        .and_then(fs::metadata)
        .context("could not find the running executable")?;
    let modified = metadata.modified().context("the executable has no modification time")?;
    let age = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(format!("{} {}", metadata.len(), age.as_nanos()))
}
