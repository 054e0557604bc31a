//! Other programs, for a bounded time.

use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How often a program is asked whether it has ended.
const STEP: Duration = Duration::from_millis(10);

/// How long its output may be open beyond its end: a child of its own can hold it.
const GRACE: Duration = Duration::from_secs(2);

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
    let stdout = gather(child.stdout.take());
    let stderr = gather(child.stderr.take());
    let status = wait(&mut child, limit).with_context(|| format!("while {name} ran"))?;
    let text = |end: Receiver<Vec<u8>>| {
        String::from_utf8_lossy(&end.recv_timeout(GRACE).unwrap_or_default()).into_owned()
    };
    Ok(Output { status, stdout: text(stdout), stderr: text(stderr) })
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

/// Reads to the end on a thread of its own.
pub(crate) fn gather(from: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    if let Some(mut from) = from {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            // What was read before an error is worth showing.
            let _ = from.read_to_end(&mut bytes);
            let _ = sender.send(bytes);
        });
    }
    receiver
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

    #[test]
    fn what_does_not_end_is_ended() {
        let mut command = Command::new("sleep");
        let error = run(command.arg("600"), Vec::new(), Duration::from_millis(50)).unwrap_err();
        assert_eq!(format!("{error:#}"), "while sleep ran: no end after 0 s");
    }
}
