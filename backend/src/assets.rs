//! The built frontend: hashed files and the manifest that names them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use api_types::routes;

/// Where the files lie, and their URLs by logical name.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    dir: PathBuf,
    urls: HashMap<String, String>,
}

impl Assets {
    /// Reads `manifest.json` in `dir`. Without it the page works as a plain form, and a
    /// warning says how to get the rest.
    #[must_use]
    pub fn load(dir: &Path) -> Self {
        let manifest = dir.join("manifest.json");
        let read = || -> anyhow::Result<HashMap<String, String>> {
            Ok(serde_json::from_slice(&std::fs::read(&manifest)?)?)
        };
        let names = read().unwrap_or_else(|error| {
            tracing::warn!(
                file.path = %manifest.display(),
                exception.message = %error,
                "The frontend is not built (cargo xtask frontend); serving plain forms"
            );
            HashMap::new()
        });
        let urls = names
            .into_iter()
            .map(|(name, file)| (name, format!("{}/{file}", routes::ASSETS)))
            .collect();
        Self { dir: dir.to_owned(), urls }
    }

    /// The folder to serve.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The URL of a file by its name before hashing, such as `app.css`.
    #[must_use]
    pub fn url(&self, name: &str) -> Option<String> {
        self.urls.get(name).cloned()
    }
}
