//! The program's hand-written JavaScript, joined with wasm-bindgen's glue into one file.
//!
//! In the sources these are ES modules, which tests load as they are. The joined file is
//! one module in which each of them is a stretch of the same function: their top-level
//! names must differ, and they must not use each other before all have run.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

/// The modules below a directory, in the order of their paths.
#[derive(Debug)]
pub(crate) struct Scripts {
    modules: Vec<(PathBuf, String)>,
}

impl Scripts {
    /// Reads every `.js` file below `directory`.
    pub(crate) fn read(directory: &Path) -> Result<Self> {
        let mut modules = Vec::new();
        collect(directory, &mut modules)?;
        modules.sort();
        Ok(Self { modules })
    }

    /// Paths and texts.
    pub(crate) fn modules(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.modules.iter().map(|(path, text)| (path.as_path(), text.as_str()))
    }

    /// Replaces the glue's imports of these modules by the modules themselves. `direct`
    /// are the functions that the WASM module imports without any glue around them.
    pub(crate) fn join(&self, glue: &str, direct: &[String]) -> Result<String> {
        let mut exported = direct.to_vec();
        let mut bound: Vec<_> =
            direct.iter().map(|name| format!("{name}: {}", alias(name))).collect();
        let mut rest = String::with_capacity(glue.len());
        for line in glue.lines() {
            if let Some(names) = imported(line) {
                for name in names.split(',').map(str::trim) {
                    let (name, alias) = name.split_once(" as ").unwrap_or((name, name));
                    exported.push(name.to_owned());
                    bound.push(format!("{name}: {alias}"));
                }
            } else if !is_namespace(line) {
                ensure!(!line.starts_with("import "), "the glue imports something else: {line}");
                rest.push_str(line);
                rest.push('\n');
            }
        }
        let mut all = String::new();
        for (path, text) in &self.modules {
            let inner = inside(text).with_context(|| format!("in {}", path.display()))?;
            all.push_str(&inner);
        }
        let (bound, exported) = (bound.join(", "), exported.join(", "));
        Ok(format!(
            "const {{ {bound} }} = (() => {{\n{all}return {{ {exported} }};\n}})();\n{rest}"
        ))
    }
}

/// What a direct import is called beside the glue, whose exports may have its name.
pub(crate) fn alias(name: &str) -> String {
    format!("direct_{name}")
}

fn collect(directory: &Path, modules: &mut Vec<(PathBuf, String)>) -> Result<()> {
    let context = |path: &Path| format!("could not read {}", path.display());
    for entry in fs::read_dir(directory).with_context(|| context(directory))? {
        let path = entry.with_context(|| context(directory))?.path();
        if path.is_dir() {
            collect(&path, modules)?;
        } else if path.extension() == Some(OsStr::new("js")) {
            let text = fs::read_to_string(&path).with_context(|| context(&path))?;
            modules.push((path, text));
        }
    }
    Ok(())
}

/// Where wasm-bindgen says that local modules are.
pub(crate) const PLACE: &str = "./snippets/";

/// The names in one of wasm-bindgen's imports of a local module.
fn imported(line: &str) -> Option<&str> {
    let (names, path) = line.strip_prefix("import {")?.split_once("} from '")?;
    path.starts_with(PLACE).then_some(names)
}

/// True for what wasm-bindgen writes per direct import: the import of a whole local
/// module, and its member of the object of imports.
fn is_namespace(line: &str) -> bool {
    let line = line.trim_start();
    let quoted = |text: &str| text.strip_prefix('"').is_some_and(|path| path.starts_with(PLACE));
    line.strip_prefix("import * as ")
        .and_then(|rest| rest.split_once(" from "))
        .map_or_else(|| quoted(line) && line.contains("\": import"), |(_, path)| quoted(path))
}

/// A module's text without its imports and exports.
fn inside(module: &str) -> Result<String> {
    let mut text = String::with_capacity(module.len());
    let mut lines = module.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("import ") {
            let mut last = line;
            while !last.ends_with("\";") {
                last = lines.next().context("an import does not end")?;
            }
        } else if let Some(item) = line.strip_prefix("export ") {
            if item.starts_with("const ") {
                text.push_str(item);
                text.push('\n');
            } else if !(item.starts_with('{') && item.ends_with("};")) {
                bail!("write `export const …` or `export {{ … }};`, not: {line}");
            }
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_and_exports_go() {
        let module = "import {\n  a,\n} from \"./a.js\";\nimport { b } from \"./b.js\";\n\
                      export { a };\nexport const c = () => a + b;\nconst d = 1;\n";
        assert_eq!(
            inside(module).expect("it is well formed"),
            "const c = () => a + b;\nconst d = 1;\n"
        );
        assert!(inside("import { a }\n").is_err());
        assert!(inside("export default 1;\n").is_err());
    }

    #[test]
    fn modules_take_the_place_of_their_imports() {
        let scripts =
            Scripts { modules: vec![("a.js".into(), "export const put = () => 1;\n".into())] };
        let glue = "import { put, start as start2 } from './snippets/x-1/src/a.js';\n\
                    import * as import1 from \"./snippets/x-1/src/a.js\"\n\
                    \"./snippets/x-1/src/a.js\": import1,\nput();\n";
        assert_eq!(
            scripts.join(glue, &["now".to_owned()]).expect("it is well formed"),
            "const { now: direct_now, put: put, start: start2 } = (() => {\nconst put = () => 1;\n\
             return { now, put, start };\n})();\nput();\n"
        );
        assert!(scripts.join("import * as env from 'env';\n", &[]).is_err());
    }
}
