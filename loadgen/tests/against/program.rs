//! The program as a person starts it.

use std::process::{Command, Output};

/// `loadgen` with these words, and without telemetry unless `vars` say otherwise.
pub(crate) fn loadgen(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loadgen"));
    command.args(words).env("OTEL_SDK_DISABLED", "true").env_remove("LOADGEN_TARGET");
    command
}

pub(crate) fn run(words: &[&str]) -> Output {
    loadgen(words).output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
