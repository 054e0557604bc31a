//! The compose stack's files, as far as the programs that read them are here. None of them
//! is needed for anything else, so that one that is not here is left out, and named.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{process, workspace};

/// A folder with the programs, before `PATH`.
const FOLDER: &str = "LAB_STACK_BIN";

/// What one program says of one file.
struct Check {
    what: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
    variables: &'static [(&'static str, &'static str)],
}

const RETENTION: &[(&str, &str)] = &[("LAB_RETENTION", "720h")];
const COLLECTOR: &[(&str, &str)] =
    &[("LAB_BROWSERS_LISTEN", "127.0.0.1:4319"), ("LAB_TAIL_SAMPLING_PERCENT", "10")];

const CHECKS: [Check; 7] = [
    Check {
        what: "compose.yaml",
        program: "docker",
        arguments: &["compose", "config", "--quiet"],
        variables: &[],
    },
    Check {
        what: "compose.yaml with all profiles",
        program: "docker",
        arguments: &["compose", "--profile", "*", "config", "--quiet"],
        variables: &[("LAB_SLO_SET", "demo"), ("LAB_BIND", "0.0.0.0")],
    },
    Check {
        what: "jenkins/compose.yaml",
        program: "docker",
        arguments: &[
            "compose",
            "--file",
            "jenkins/compose.yaml",
            "--profile",
            "*",
            "config",
            "--quiet",
        ],
        variables: &[],
    },
    Check {
        what: "the collector's configuration",
        program: "otelcol-contrib",
        arguments: &[
            "validate",
            "--config=compose/otel-collector/config.yaml",
            "--config=compose/otel-collector/sampling/off.yaml",
        ],
        variables: COLLECTOR,
    },
    Check {
        what: "the same with tail sampling",
        program: "otelcol-contrib",
        arguments: &[
            "validate",
            "--config=compose/otel-collector/config.yaml",
            "--config=compose/otel-collector/sampling/on.yaml",
        ],
        variables: COLLECTOR,
    },
    Check {
        what: "Loki's configuration",
        program: "loki",
        arguments: &[
            "-config.file=compose/loki/loki.yaml",
            "-config.expand-env=true",
            "-verify-config",
        ],
        variables: RETENTION,
    },
    Check {
        what: "Tempo's configuration",
        program: "tempo",
        arguments: &[
            "-config.file=compose/tempo/tempo.yaml",
            "-config.expand-env=true",
            "-config.verify=true",
        ],
        variables: RETENTION,
    },
];

/// Asks each program that is here.
pub(super) fn check() -> Result<()> {
    for check in &CHECKS {
        let Some(program) = find(check.program) else {
            println!("{}: left out, {} is not here", check.what, check.program);
            continue;
        };
        let mut command = Command::new(program);
        command.current_dir(workspace::root());
        command.args(check.arguments).envs(check.variables.iter().copied());
        if check.program == "docker" && !has_compose() {
            println!("{}: left out, docker has no compose plugin", check.what);
            continue;
        }
        process::capture(&mut command).with_context(|| format!("in {}", check.what))?;
        println!("{}: as {} wants it", check.what, check.program);
    }
    Ok(())
}

fn find(program: &str) -> Option<PathBuf> {
    let folder = env::var_os(FOLDER).map(PathBuf::from);
    let ours = folder.map(|folder| folder.join(program)).filter(|file| file.is_file());
    ours.or_else(|| process::find_program(program))
}

fn has_compose() -> bool {
    process::capture(Command::new("docker").args(["compose", "version"])).is_ok()
}
