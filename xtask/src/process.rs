//! Running other programs.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace;

/// The cargo that started this program, at the workspace root.
pub(crate) fn cargo() -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| OsString::from(env!("CARGO")));
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    // `cargo run` sets these for this program. Build scripts that look at them, ring's
    // for one, would run again each time that cargo is called from here and then by hand.
    let ours = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(ours) {
            command.env_remove(name);
        }
    }
    command
}

/// One of the workspace's programs, compiled where it has to be; its arguments follow. It
/// can be run in any folder.
pub(crate) fn member(package: &str) -> Command {
    let mut command = cargo();
    command.args(["run", "--quiet", "--locked", "--package", package, "--manifest-path"]);
    command.arg(workspace::root().join("Cargo.toml")).arg("--");
    command
}

/// Runs a command to its end with its output on the terminal, and fails when it does.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("could not start {}", shown(command)))?;
    if !status.success() {
        bail!("{} failed: {status}", shown(command));
    }
    Ok(())
}

/// Runs a command and returns its standard output; its complaints become the error.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = output(command)?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("{} failed: {}", shown(command), last_line(&complaint).unwrap_or("no reason given"));
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("{} printed something that is not UTF-8", shown(command)))
}

/// Runs a command with its complaints on the terminal and returns its standard output.
pub(crate) fn capture_stdout(command: &mut Command) -> Result<String> {
    let context = format!("could not start {}", shown(command));
    let child = command.stdout(Stdio::piped()).spawn().context(context)?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{} failed: {}", shown(command), output.status);
    }
    String::from_utf8(output.stdout).context("the output is not UTF-8")
}

/// Runs a command silently and returns all that it said, successful or not.
pub(crate) fn output(command: &mut Command) -> Result<Output> {
    command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("could not start {}", shown(command)))
}

/// The last line that says something; tools put their reason there.
pub(crate) fn last_line(text: &str) -> Option<&str> {
    text.lines().map(str::trim).rfind(|line| !line.is_empty())
}

/// The first file called `name` in the directories of `PATH` and the system's `sbin`.
///
/// Daemons such as nginx live in `sbin`, which an ordinary user's `PATH` lacks on Debian.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/local/sbin", "/usr/sbin"].map(PathBuf::from))
        .map(|directory| directory.join(name))
        .find(|candidate| candidate.is_file())
}

/// A command as a person would type it, with the program's directories left out.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    let line: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    format!("`{}`", line.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        let mut command = Command::new("/opt/rust/bin/cargo");
        command.args(["build", "--locked"]);
        assert_eq!(shown(&command), "`cargo build --locked`");
    }

    #[test]
    fn the_last_line_skips_blanks() {
        assert_eq!(last_line("first\n  reason \n\n"), Some("reason"));
        assert_eq!(last_line(" \n"), None);
    }

    #[test]
    fn a_failure_names_the_command_and_its_reason() {
        let error =
            capture(Command::new("sh").args(["-c", "echo noise >&2; echo why >&2; exit 3"]))
                .unwrap_err();
        assert!(error.to_string().starts_with("`sh -c"), "{error}");
        assert!(error.to_string().ends_with("failed: why"), "{error}");
    }

    #[test]
    fn programs_are_found_on_the_path() {
        assert!(find_program("sh").is_some());
        assert!(find_program("no-such-program-anywhere").is_none());
    }
}
