//! Other programs, for a bounded time.

mod gather;

use std::io::Write;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

pub(crate) use gather::{Gathered, gather};

/// How often a program is asked whether it has ended.
const STEP: Duration = Duration::from_millis(10);

/// How long its output may be open beyond its end: a child of its own can hold it.
pub(crate) const GRACE: Duration = Duration::from_secs(2);

/// What a program said.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a command to its end, or until `limit` is over.
pub(crate) fn run(command: &mut Command, input: Vec<u8>, limit: Duration) -> Result<Output> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("could not start {name}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not want its input says why on its own.
        thread::spawn(move || stdin.write_all(&input));
    }
    let stdout = gather(child.stdout.take(), |_| ());
    let stderr = gather(child.stderr.take(), |_| ());
    let status = wait(&mut child, limit).with_context(|| format!("while {name} ran"))?;
    Ok(Output { status, stdout: stdout.text(GRACE), stderr: stderr.text(GRACE) })
}

/// Waits for the end, and makes one when `limit` is over.
pub(crate) fn wait(child: &mut Child, limit: Duration) -> Result<ExitStatus> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().context("could not wait for it")? {
            return Ok(status);
        }
        if Instant::now() > deadline {
            end(child);
            bail!("no end after {} s", limit.as_secs());
        }
        thread::sleep(STEP);
    }
}

/// Ends a program and collects it. Both fail only when it has ended by itself.
pub(crate) fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    #[test]
    fn input_output_and_code_arrive() {
        let mut command = Command::new("sh");
        command.args(["-c", "cat; echo why >&2; exit 7"]);
        let output = run(&mut command, b"in".to_vec(), LONG).unwrap();
        assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("in", "why\n"));
        assert_eq!(output.status.code(), Some(7));
    }

    /// A child of its own outlives it and holds both pipes.
    #[test]
    fn what_was_said_before_the_end_is_kept_though_the_pipe_stays_open() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo why >&2; sleep 20 & exit 7"]);
        let output = run(&mut command, Vec::new(), LONG).unwrap();
        assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("out\n", "why\n"));
        assert_eq!(output.status.code(), Some(7));
    }

    #[test]
    fn what_does_not_end_is_ended() {
        let mut command = Command::new("sleep");
        let error = run(command.arg("600"), Vec::new(), Duration::from_millis(50)).unwrap_err();
        assert_eq!(format!("{error:#}"), "while sleep ran: no end after 0 s");
    }
}
