//! The program that runs on the host. It is sent each time, so that the host needs nothing
//! of ours and never has an old one.

/// Reads the program's bytes from standard input and leaves the rest to it.
pub(super) const BOOTSTRAP: &str = r#"program=$(head -c "$1"); shift; eval "$program""#;

/// Its parts in the order in which a shell reads them; nothing is done before the last.
pub(crate) const PROGRAM: &str = concat!(
    include_str!("../target/base.sh"),
    include_str!("../target/checks.sh"),
    include_str!("../target/session.sh"),
    include_str!("../target/run.sh"),
    include_str!("../target/look.sh"),
    include_str!("../target/main.sh"),
);

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::*;
    use crate::process;

    fn judge(program: &str, arguments: &[&str]) -> Option<String> {
        let mut command = Command::new(program);
        let output = process::run(
            command.args(arguments),
            PROGRAM.as_bytes().to_vec(),
            Duration::from_mins(2),
        );
        let output = output.ok()?;
        let said = output.stdout + &output.stderr;
        Some(if output.status.success() { String::new() } else { format!("failed: {said}") })
    }

    #[test]
    fn a_shell_can_read_it() {
        assert_eq!(judge("sh", &["-n"]).as_deref(), Some(""));
    }

    /// Where shellcheck is not installed, it has no opinion.
    #[test]
    fn shellcheck_finds_nothing() {
        let said = judge("shellcheck", &["--shell=sh", "-"]);
        assert!(matches!(said.as_deref(), None | Some("")), "{said:?}");
    }

    #[test]
    fn the_bootstrap_passes_every_login_shell() {
        assert!(crate::quote::shell(BOOTSTRAP).is_some());
    }
}
