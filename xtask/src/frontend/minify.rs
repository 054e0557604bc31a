//! The same script in fewer bytes: oxc, which shortens local names and expressions.

use anyhow::{Result, bail};
use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_minifier::{Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;

/// Shortens an ES module. What it cannot read is an error: a browser could not either.
pub(crate) fn minify(module: &str) -> Result<String> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, module, SourceType::mjs()).parse();
    let mut program = parsed.program;
    // The parser leaves rules like "no name is declared twice" to this second look.
    let checked = SemanticBuilder::new().with_check_syntax_error(true).build(&program);
    if let Some(error) = parsed.diagnostics.first().or(checked.diagnostics.first()) {
        bail!("the frontend's script is malformed: {error:?}");
    }
    let minified = Minifier::new(MinifierOptions::default()).minify(&allocator, &mut program);
    let options = CodegenOptions::minify();
    let codegen = Codegen::new().with_options(options).with_scoping(minified.scoping);
    Ok(codegen.build(&program).code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_long_names_go_and_exports_stay() {
        let module = "// one\nexport function start() {\n  const counted = Date.now();\n  \
                      return counted + counted;\n}\n";
        let short = minify(module).expect("it is well formed");
        assert_eq!(short, "export function start(){let e=Date.now();return e+e}");
    }

    #[test]
    fn a_malformed_script_is_refused() {
        assert!(minify("const a = ;").is_err());
        assert!(minify("const a = 1;\nconst a = 2;").is_err());
    }
}
