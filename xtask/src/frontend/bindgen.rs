//! The JavaScript between the browser and the module.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use wasm_bindgen_cli_support::Bindgen;

use super::scripts::{self, Scripts};

/// What wasm-bindgen makes of a raw module.
#[derive(Debug)]
pub(crate) struct Glue {
    pub(crate) js: String,
    pub(crate) wasm: Vec<u8>,
}

/// Runs wasm-bindgen on cargo's module and joins its glue with our scripts.
pub(crate) fn generate(module: &Path, scripts: &Scripts) -> Result<Glue> {
    let mut output = Bindgen::new()
        .input_path(module)
        .web(true)?
        .typescript(false)
        // The glue would otherwise name a file without a hash.
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()
        .context("wasm-bindgen failed")?;
    if output.snippets().values().any(|list| !list.is_empty()) {
        bail!("the frontend has inline JavaScript; write it into a file below src");
    }
    let glue = output.js().to_owned();
    let module = output.wasm_mut();
    let mut direct = Vec::new();
    for import in module.imports.iter_mut() {
        if import.module.starts_with(scripts::PLACE) {
            MODULE.clone_into(&mut import.module);
            direct.push(import.name.clone());
        }
    }
    let mut js = with_members(&without_comments(&scripts.join(&glue, &direct)?), &direct)?;
    for (index, import) in module.imports.iter_mut().enumerate() {
        if let Some(renamed) = with_name(&js, &import.name, &short_name(index)) {
            js = renamed;
            import.name = short_name(index);
        }
    }
    Ok(Glue { js, wasm: module.emit_wasm() })
}

/// The name of wasm-bindgen's own object of imports.
const MODULE: &str = "./frontend_wasm_bg.js";

/// The glue with functions of the scripts as members of that object.
fn with_members(js: &str, names: &[String]) -> Result<String> {
    let start = "\nconst import0 = {\n__proto__: null,\n";
    ensure!(js.matches(start).count() == 1, "wasm-bindgen's glue has another form");
    let members: Vec<_> =
        names.iter().map(|name| format!("{name}: {},\n", scripts::alias(name))).collect();
    Ok(js.replace(start, &format!("{start}{}", members.concat())))
}

/// The name of an import in glue and module. wasm-bindgen's own names, with a hash in
/// each, do not compress: they are a twentieth of what the browser loads.
fn short_name(index: usize) -> String {
    format!("i{index}")
}

/// The glue with a function of its imports renamed; none where the function does not
/// stand there exactly once.
fn with_name(js: &str, name: &str, short: &str) -> Option<String> {
    let line = format!("\n{name}: function(");
    (js.matches(&line).count() == 1).then(|| js.replace(&line, &format!("\n{short}: function(")))
}

/// Leaves comments and indentation out. Line by line: wasm-bindgen writes comments on
/// lines of their own and no literal over several lines.
fn without_comments(js: &str) -> String {
    let mut compact = String::with_capacity(js.len());
    let mut in_comment = false;
    for line in js.lines().map(str::trim) {
        in_comment |= line.starts_with("/*");
        if !in_comment && !line.is_empty() && !line.starts_with("//") {
            compact.push_str(line);
            compact.push('\n');
        }
        in_comment &= !line.ends_with("*/");
    }
    compact
}

/// Adds the line that starts the module, so that the page needs no inline script.
pub(crate) fn self_starting(js: &str, module_name: &str) -> String {
    format!(
        "{js}\n__wbg_init({{ module_or_path: new URL(\"{module_name}\", import.meta.url) }});\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_is_renamed_where_it_stands_once() {
        let js = "{\na_1: function(x) {\n},\na_12: function() {\n},\n}";
        let renamed = with_name(js, "a_1", "i0").expect("it stands there");
        assert_eq!(renamed, "{\ni0: function(x) {\n},\na_12: function() {\n},\n}");
        assert_eq!(with_name(js, "a", "i0"), None);
    }

    #[test]
    fn comments_and_indentation_go() {
        let js = "/* one */\n// two\nfunction f() {\n    /**\n     * three\n     */\n\n    \
                  return \"// four\";\n}\n";
        assert_eq!(without_comments(js), "function f() {\nreturn \"// four\";\n}\n");
    }

    #[test]
    fn the_glue_starts_the_module_beside_it() {
        let js = self_starting("export { __wbg_init as default };", "app-12.wasm");
        assert_eq!(
            js,
            "export { __wbg_init as default };\n\
             __wbg_init({ module_or_path: new URL(\"app-12.wasm\", import.meta.url) });\n"
        );
    }
}
