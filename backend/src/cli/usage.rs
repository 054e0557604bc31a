//! Arguments and variables that cannot be used.

use std::error::Error as _;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command, CommandFactory};

use super::Cli;
use crate::config::EXIT_USAGE;

/// Says what is wrong and gives the exit code; help and version, which clap treats as
/// errors, are printed.
#[must_use]
pub fn refuse(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // A closed stdout is nobody's loss.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    match value(error) {
        Some(line) => eprintln!("backend: {line}"),
        None => drop(error.print()),
    }
    ExitCode::from(EXIT_USAGE)
}

/// One line about a value, with the variable's name: clap names the flag alone.
fn value(error: &clap::Error) -> Option<String> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let (flag, value) = (text(ContextKind::InvalidArg)?, text(ContextKind::InvalidValue)?);
    let mut command = Cli::command();
    // An argument can be shown only after that.
    command.build();
    let variable = variable(&command, flag);
    let name = variable.as_deref().map_or(flag.to_owned(), |name| format!("{name} ({flag})"));
    let reason = error.source().map(|reason| format!(": {reason}")).unwrap_or_default();
    Some(format!("{value:?} is not usable as {name}{reason}"))
}

/// The variable of the argument that clap shows as `flag`.
fn variable(command: &Command, flag: &str) -> Option<String> {
    let commands = std::iter::once(command).chain(command.get_subcommands());
    let env = |arg: &Arg| Some(arg.get_env()?.to_string_lossy().into_owned());
    commands.flat_map(Command::get_arguments).find(|arg| arg.to_string() == flag).and_then(env)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn line(arguments: &[&str]) -> Option<String> {
        let arguments = ["backend", "serve"].iter().chain(arguments);
        value(&Cli::try_parse_from(arguments).expect_err("a refusal"))
    }

    #[test]
    fn a_value_that_is_not_usable_is_named_with_its_variable() {
        assert_eq!(
            line(&["--db-acquire-timeout", "soon"]).as_deref(),
            Some(
                "\"soon\" is not usable as LAB_DB_ACQUIRE_TIMEOUT (--db-acquire-timeout \
                 <ACQUIRE_TIMEOUT>): expected 1ms to 1h, such as 500ms, 10s or 1m 30s"
            )
        );
        let line = line(&["--db-max-connections", "0"]).expect("a line");
        assert!(line.contains("LAB_DB_MAX_CONNECTIONS") && line.contains("1..=1000"), "{line}");
    }

    #[test]
    fn other_mistakes_are_left_to_clap() {
        assert_eq!(line(&["--no-such-flag"]), None);
    }
}
