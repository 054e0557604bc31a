//! A run on the host, seen from here, over as many connections as it takes.

use std::io::{Read, Write};
use std::process::Stdio;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::{PROGRAM, Remote, last_line};
use crate::process::{self, GRACE};

/// How long a connection that has nothing more to say may take to end.
const END: Duration = Duration::from_mins(1);

/// How often the host is tried to be reached again.
const PAUSE: Duration = Duration::from_secs(2);

/// How the following ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Followed {
    /// The run is over and has a result.
    Over,
    /// The run was ended before it had one: the host was restarted, say.
    Died,
    /// The host cannot be reached any more.
    Lost(String),
}

/// A line of a run's output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Line<'a> {
    /// A step begins.
    Step(Event<'a>),
    /// It went well.
    Done(Event<'a>),
    /// It did not.
    Failed(Event<'a>),
    /// For people.
    Note(&'a str),
    /// What another program said.
    Said(&'a str),
    /// The host has begun to show the run's output, for the first time or after a cut.
    Reached { again: bool },
}

/// What happens to a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Event<'a> {
    /// The step's name.
    pub(crate) name: &'a str,
    /// Seconds since the host was started.
    pub(crate) at: f64,
}

impl<'a> Line<'a> {
    /// Lines that begin with the run's name are the host's, all others some program's.
    fn of(run: &str, line: &'a str) -> Self {
        Self::event(run, line).unwrap_or(Self::Said(line))
    }

    fn event(run: &str, line: &'a str) -> Option<Self> {
        let event = line.strip_prefix("::")?.strip_prefix(run)?.strip_prefix(":: ")?;
        let (at, event) = event.split_once(' ')?;
        let (kind, name) = event.split_once(' ')?;
        let event = Event { name, at: at.parse().ok()? };
        match kind {
            "step" => Some(Self::Step(event)),
            "done" => Some(Self::Done(event)),
            "failed" => Some(Self::Failed(event)),
            "note" => Some(Self::Note(name)),
            _ => None,
        }
    }
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// The run as a whole.
    pub(crate) run: Duration,
    /// Reaching the host again after a cut.
    pub(crate) reconnect: Duration,
}

/// Calls `see` with each line of the run's output until the run is over.
pub(crate) fn follow(
    remote: &Remote,
    run: &str,
    patience: Patience,
    mut see: impl FnMut(Line<'_>),
) -> Result<Followed> {
    let deadline = Instant::now() + patience.run;
    let mut output = Output { run, seen: 0, partial: Vec::new() };
    let mut heard = Instant::now();
    let mut told = false;
    loop {
        let attempt = once(remote, &mut output, deadline, told, &mut see)?;
        match attempt.code {
            Some(0) => return Ok(Followed::Over),
            Some(3) => return Ok(Followed::Died),
            // ssh's own code, or that of a shell which a signal has ended: neither says
            // anything of the run.
            Some(129..) | None => {}
            Some(_) => return Ok(Followed::Lost(attempt.said)),
        }
        let now = Instant::now();
        if attempt.reached {
            (heard, told) = (now, false);
        }
        if now > deadline || now.duration_since(heard) > patience.reconnect {
            return Ok(Followed::Lost(attempt.said));
        }
        if !told {
            see(Line::Note("the connection was cut; the host goes on, trying to reach it again"));
            told = true;
        }
        thread::sleep(PAUSE);
    }
}

/// What became of one connection.
struct Attempt {
    /// ssh's, unless it was ended from here.
    code: Option<i32>,
    /// Whether the host has begun to show the output.
    reached: bool,
    /// The last complaint.
    said: String,
}

/// What the host says on its standard error when it begins.
const GREETING: &str = "following";

/// What arrives over a connection.
enum Heard {
    Greeting,
    Chunk(Vec<u8>),
    /// There is no more to come.
    End,
}

/// Follows over one connection, `again` after a cut.
fn once(
    remote: &Remote,
    output: &mut Output<'_>,
    deadline: Instant,
    again: bool,
    see: &mut impl FnMut(Line<'_>),
) -> Result<Attempt> {
    let offset = output.seen.to_string();
    let mut command = remote.program("follow", &[("run", output.run), ("offset", &offset)])?;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context("could not start ssh")?;
    let (sender, heard) = mpsc::channel();
    let mut greeting = Some(sender.clone());
    let complaints = process::gather(child.stderr.take(), move |said| {
        if greets(said)
            && let Some(sender) = greeting.take()
        {
            // Nobody listens when the run takes too long, and nobody needs it.
            let _ = sender.send(Heard::Greeting);
        }
    });
    if let Some(mut stdin) = child.stdin.take() {
        // Fails only with the connection, which the exit code tells.
        let _ = stdin.write_all(PROGRAM.as_bytes());
    }
    let mut stdout = child.stdout.take().context("ssh has no output")?;
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(length @ 1..) = stdout.read(&mut buffer) {
            if sender.send(Heard::Chunk(buffer[..length].to_vec())).is_err() {
                return;
            }
        }
        let _ = sender.send(Heard::End);
    });
    let mut reached = false;
    loop {
        match heard.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Heard::Chunk(chunk)) => output.take(&chunk, see),
            Ok(Heard::Greeting) => {
                reached = true;
                see(Line::Reached { again });
            }
            Ok(Heard::End) | Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                process::end(&mut child);
                let said = "the run takes longer than its limits allow".to_owned();
                return Ok(Attempt { code: None, reached: true, said });
            }
        }
    }
    let code = process::wait(&mut child, END)?.code();
    let said = complaints.text(GRACE);
    // The two pipes have no order: a short connection's greeting may come after its end.
    if !reached && greets(said.as_bytes()) {
        reached = true;
        see(Line::Reached { again });
    }
    let said = last_line(&said.replace(GREETING, "")).to_owned();
    Ok(Attempt { code, reached, said })
}

fn greets(said: &[u8]) -> bool {
    said.split(|byte| *byte == b'\n').any(|line| line.trim_ascii_end() == GREETING.as_bytes())
}

/// A run's output, as far as it was seen.
struct Output<'r> {
    run: &'r str,
    seen: usize,
    partial: Vec<u8>,
}

impl Output<'_> {
    fn take(&mut self, chunk: &[u8], see: &mut impl FnMut(Line<'_>)) {
        self.seen += chunk.len();
        self.partial.extend_from_slice(chunk);
        while let Some(end) = self.partial.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.partial.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            see(Line::of(self.run, line.trim_end()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_with_the_runs_name_are_the_hosts() {
        let start = Event { name: "start", at: 1.5 };
        assert_eq!(Line::of("r1", "::r1:: 1.5 step start"), Line::Step(start));
        let back = Event { name: "start v1", at: 2.0 };
        assert_eq!(Line::of("r1", "::r1:: 2.00 failed start v1"), Line::Failed(back));
        assert_eq!(Line::of("r1", "::r1:: 2.00 note a b"), Line::Note("a b"));
        for said in ["::r2:: 1.5 step start", "#5 done", "::r1:: step start"] {
            assert_eq!(Line::of("r1", said), Line::Said(said));
        }
    }

    #[test]
    fn a_greeting_is_a_line_of_its_own() {
        assert!(greets(b"a banner\r\nfollowing\r\n") && greets(b"following"));
        assert!(!greets(b"follow") && !greets(b"not following\n"));
    }

    #[test]
    fn lines_may_arrive_in_pieces() {
        let mut output = Output { run: "r", seen: 0, partial: Vec::new() };
        let mut lines = Vec::new();
        for chunk in ["::r:: 1 no", "te a\nx", "\n"] {
            output.take(chunk.as_bytes(), &mut |line| lines.push(format!("{line:?}")));
        }
        assert_eq!(lines, ["Note(\"a\")", "Said(\"x\")"]);
        assert_eq!(output.seen, 17);
    }
}
