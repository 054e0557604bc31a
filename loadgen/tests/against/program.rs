//! The program as a person starts it.

use std::process::{Command, Output};

/// `loadgen` with these words, and without telemetry unless `vars` say otherwise.
pub(crate) fn loadgen(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loadgen"));
    command.args(words).env("OTEL_SDK_DISABLED", "true").env_remove("LOADGEN_TARGET");
    command
}

/// The same words with limits that a slow machine keeps, where they name none: what most
/// tests ask is not how fast the machine is.
pub(crate) fn patient<'w>(words: &[&'w str]) -> Vec<&'w str> {
    let mut words = words.to_vec();
    for limit in ["--max-slip", "--threshold", "--timeout"] {
        if !words.contains(&limit) {
            words.extend([limit, "1m"]);
        }
    }
    words
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
