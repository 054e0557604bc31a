//! From the name in the source to the name on the wire.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

use super::gzip_name;

/// Logical names and the hashed files that stand for them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Manifest(BTreeMap<String, String>);

impl Manifest {
    /// The manifest's own file name, the one that never changes.
    pub(crate) const FILE: &'static str = "manifest.json";

    /// Adds a file and returns the one that had this logical name before.
    pub(crate) fn insert(&mut self, logical: &str, hashed: &str) -> Option<String> {
        self.0.insert(logical.to_owned(), hashed.to_owned())
    }

    /// Reads the manifest of `directory`, if there is a sound one.
    pub(crate) fn read(directory: &Path) -> Option<Self> {
        let text = fs::read_to_string(directory.join(Self::FILE)).ok()?;
        Self::from_json(&text)
    }

    /// Reads the manifest of `directory` if every file that it names is there.
    pub(crate) fn read_complete(directory: &Path) -> Option<Self> {
        let manifest = Self::read(directory)?;
        let is_there = |name: &str| directory.join(name).is_file();
        let complete = manifest.files().all(|file| is_there(file) && is_there(&gzip_name(file)));
        complete.then_some(manifest)
    }

    /// The hashed file names.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    /// Logical names with their hashed file names.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(logical, hashed)| (logical.as_str(), hashed.as_str()))
    }

    /// True when `hashed` is one of the files.
    pub(crate) fn contains(&self, hashed: &str) -> bool {
        self.files().any(|file| file == hashed)
    }

    /// The manifest as the backend reads it.
    pub(crate) fn to_json(&self) -> String {
        let names = self.entries().map(|(logical, hashed)| (logical.into(), hashed.into()));
        format!("{:#}\n", Value::Object(names.collect()))
    }

    fn from_json(text: &str) -> Option<Self> {
        let names: Map<String, Value> = serde_json::from_str(text).ok()?;
        names
            .into_iter()
            .map(|(logical, hashed)| match hashed {
                // A separator would lead out of the assets' directory.
                Value::String(hashed) if !hashed.contains('/') => Some((logical, hashed)),
                _ => None,
            })
            .collect::<Option<_>>()
            .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_survives_the_round_trip() {
        let mut manifest = Manifest::default();
        manifest.insert("app.js", "app-1.js");
        manifest.insert("app.css", "app-2.css");
        let json = manifest.to_json();
        assert_eq!(json, "{\n  \"app.css\": \"app-2.css\",\n  \"app.js\": \"app-1.js\"\n}\n");
        assert_eq!(Manifest::from_json(&json), Some(manifest));
    }

    #[test]
    fn a_manifest_names_only_neighbours() {
        assert_eq!(Manifest::from_json(r#"{"app.js": "../app-1.js"}"#), None);
        assert_eq!(Manifest::from_json(r#"{"app.js": 1}"#), None);
    }
}
