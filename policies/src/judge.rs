//! The rules, run by a Rego engine that is a library.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use regorus::{Engine, Value};

use crate::dockerfile;
use crate::files::Kind;

/// Rules that have been read.
pub(crate) struct Judge {
    engine: Engine,
}

/// What the rules say of one file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// What may not be so, in words, sorted.
    pub(crate) denials: Vec<String>,
    /// The exceptions that the file needs, as JSON.
    pub(crate) needed: Vec<String>,
}

impl Judge {
    /// Reads every `*.rego` of a folder.
    pub(crate) fn load(folder: &Path) -> Result<Self> {
        let context = || format!("could not read {}", folder.display());
        let mut engine = Engine::new();
        let mut count = 0;
        for entry in fs::read_dir(folder).with_context(context)? {
            let path = entry.with_context(context)?.path();
            if path.extension().is_some_and(|extension| extension == "rego") {
                let text = fs::read_to_string(&path).with_context(context)?;
                engine.add_policy(path.display().to_string(), text)?;
                count += 1;
            }
        }
        ensure!(count > 0, "{} holds no rules", folder.display());
        Ok(Self { engine })
    }

    /// Judges a file by its name's kind.
    pub(crate) fn file(&self, file: &Path) -> Result<Verdict> {
        let kind = Kind::of(file).with_context(|| {
            format!("{} is neither a compose file nor a Dockerfile", file.display())
        })?;
        let text = fs::read_to_string(file)
            .with_context(|| format!("could not read {}", file.display()))?;
        self.text(kind, &text).with_context(|| format!("in {}", file.display()))
    }

    /// Judges a text.
    pub(crate) fn text(&self, kind: Kind, text: &str) -> Result<Verdict> {
        let input = match kind {
            Kind::Compose => serde_saphyr::from_str::<serde_json::Value>(text)?,
            Kind::Dockerfile => dockerfile::parse(text)?,
        };
        if kind == Kind::Compose && !input["services"].is_object() {
            bail!("there are no services");
        }
        let mut engine = self.engine.clone();
        engine.set_input(Value::from_json_str(&input.to_string())?);
        let denied = list(&engine.eval_rule("data.main.deny".to_owned())?)?;
        let mut denials = Vec::new();
        for denial in denied {
            denials.push(denial["msg"].as_str().context("a denial has no `msg`")?.to_owned());
        }
        denials.sort();
        let needed = list(&engine.eval_rule("data.main.needed".to_owned())?)?;
        Ok(Verdict { denials, needed: needed.iter().map(ToString::to_string).collect() })
    }

    /// All exceptions, as JSON.
    pub(crate) fn exceptions(&self) -> Result<Vec<String>> {
        let mut engine = self.engine.clone();
        let mut all = Vec::new();
        for rule in ["services", "images"] {
            let found = list(&engine.eval_rule(format!("data.lab.exceptions.{rule}"))?)?;
            for exception in &found {
                let reason = exception["reason"].as_str().unwrap_or_default();
                ensure!(!reason.is_empty(), "an exception without a reason: {exception}");
            }
            all.extend(found.iter().map(ToString::to_string));
        }
        Ok(all)
    }
}

/// A set or an array of Rego's as JSON.
fn list(value: &Value) -> Result<Vec<serde_json::Value>> {
    let text = value.to_json_str()?;
    serde_json::from_str(&text).with_context(|| format!("no list: {text}"))
}

#[cfg(test)]
mod tests;
