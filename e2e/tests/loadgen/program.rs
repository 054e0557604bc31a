//! The program that `cargo xtask test` has built.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A run of `loadgen` with these words; the lab itself takes its spans. What is tested here
/// is not how fast the machine is.
pub(crate) fn loadgen(words: &[&str]) -> Command {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/debug/loadgen");
    let program = std::env::var_os("LAB_LOADGEN_BIN").map_or_else(default, PathBuf::from);
    assert!(program.is_file(), "{} is not built; use `cargo xtask test`", program.display());
    let mut command = Command::new(program);
    for variable in ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_SDK_DISABLED", "OTEL_TRACES_SAMPLER"] {
        command.env_remove(variable);
    }
    command.args(["run", "--max-slip", "1m", "--threshold", "1m"]).args(words);
    if !words.contains(&"--timeout") {
        command.args(["--timeout", "1m"]);
    }
    command
}

pub(crate) fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}
