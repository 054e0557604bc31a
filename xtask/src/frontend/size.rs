//! What the browser has to download, and how much of it is allowed.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::assets::{Manifest, gzip_name};

/// The most that script and module may weigh together, compressed.
///
/// The design's bar: OpenTelemetry JS web alone is 43.7 kB, without an application.
pub(crate) const BUDGET: u64 = 40_000;

/// Prints the size of every asset. An optimised program that is over its budget is an
/// error; without wasm-opt it weighs a good twentieth more, which says little.
pub(crate) fn report(out: &Path, manifest: &Manifest, is_optimised: bool) -> Result<()> {
    let mut program = 0;
    println!("{:<16}{:>10}{:>10}   {}", "asset", "bytes", "gzip", out.display());
    for (logical, hashed) in manifest.entries() {
        let raw = length(&out.join(hashed))?;
        let packed = length(&out.join(gzip_name(hashed)))?;
        println!("{logical:<16}{raw:>10}{packed:>10}   {hashed}");
        if is_program(logical) {
            program += packed;
        }
    }
    println!("{:<16}{:>10}{program:>10}   of {BUDGET} allowed", "js + wasm", "");
    if is_optimised { within_budget(program) } else { Ok(()) }
}

fn length(file: &Path) -> Result<u64> {
    let metadata = fs::metadata(file);
    Ok(metadata.with_context(|| format!("could not read {}", file.display()))?.len())
}

fn is_program(logical: &str) -> bool {
    matches!(logical.rsplit('.').next(), Some("js" | "wasm"))
}

fn within_budget(bytes: u64) -> Result<()> {
    if bytes > BUDGET {
        bail!("js + wasm weigh {bytes} bytes compressed, {} over the budget", bytes - BUDGET);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn script_and_module_count_and_style_does_not() {
        assert!(is_program("app.js"));
        assert!(is_program("app.wasm"));
        assert!(!is_program("app.css"));
    }

    #[test]
    fn the_budget_is_inclusive() {
        assert!(within_budget(BUDGET).is_ok());
        let error = within_budget(BUDGET + 1).unwrap_err();
        assert_eq!(error.to_string(), "js + wasm weigh 40001 bytes compressed, 1 over the budget");
    }
}
