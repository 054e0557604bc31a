//! The part of a deployment that the host does by itself, as this side sees it.

use std::thread;
use std::time::{Duration, Instant};

use anstream::adapter::strip_str;
use anyhow::Result;

use crate::arguments::Conditions;
use crate::ended::Ended;
use crate::remote::{Event, Followed, Line, Patience, Remote, Session, follow};
use crate::report::Report;

/// What looking and removing old releases take beside the limits that are given.
const SLACK: Duration = Duration::from_mins(15);

/// How long the host may take to hand a result out.
const RESULT: Duration = Duration::from_mins(1);

/// How often it is asked for.
const PAUSE: Duration = Duration::from_secs(2);

/// How many lines of a step that failed are shown.
const SHOWN: usize = 40;

/// The host's arguments that say how it is to be done.
pub(super) fn arguments(run: &Conditions, what: &str) -> Vec<(&'static str, String)> {
    let seconds = |duration: Duration| duration.as_secs().to_string();
    vec![
        ("what", what.to_owned()),
        ("keep", run.keep.to_string()),
        ("build_seconds", seconds(run.build_timeout)),
        ("up_seconds", seconds(run.up_timeout)),
        ("verify_seconds", seconds(run.verify_timeout)),
    ]
}

/// Has the host begin, shows what it does, and says how it ended.
pub(super) fn finish(
    remote: &Remote,
    mut session: Session,
    args: &Conditions,
    report: &mut Report,
) -> Result<()> {
    let run = session.run()?;
    // The run holds the lock from now on.
    drop(session);
    println!(
        "  from here {} goes on by itself, connected or not ({}/runs/{run}/log)",
        remote.host, remote.dir
    );
    let rounds = 2 * (args.up_timeout + args.verify_timeout);
    let mut shown = Shown { report, verbose: args.verbose, step: None, lines: Vec::new() };
    let limit = args.build_timeout + rounds + SLACK;
    let patience = Patience { run: limit, reconnect: args.reconnect };
    let followed = follow(remote, &run, patience, |line| shown.see(line))?;
    shown.interrupted();
    match followed {
        Followed::Over => {}
        Followed::Died => {
            return Err(Ended::error(
                Ended::FAILED,
                format!(
                    "the run on {} was ended before it was done (was the host restarted, or is its disk full?); \
                     deploy again, or roll back",
                    remote.host
                ),
            ));
        }
        Followed::Lost(why) => {
            return Err(Ended::error(
                Ended::UNKNOWN,
                format!(
                    "the connection to {} is gone ({why}); the host goes on by itself: \
                     `releases` shows what became of it, and deploying again completes it",
                    remote.host
                ),
            ));
        }
    }
    conclude(&result(remote, &run, args.reconnect)?, report)
}

/// Fetches the result, over a connection that may be as bad as those before.
fn result(remote: &Remote, run: &str, patience: Duration) -> Result<String> {
    let deadline = Instant::now() + patience;
    loop {
        match remote.call("result", &[("run", run)], b"", RESULT) {
            Err(error) if Instant::now() > deadline => {
                let why = format!("the run is over, `releases` shows how it ended ({error:#})");
                return Err(Ended::error(Ended::UNKNOWN, why));
            }
            Err(_) => thread::sleep(PAUSE),
            result => return result,
        }
    }
}

/// Reads the result that the host has written.
fn conclude(result: &str, report: &mut Report) -> Result<()> {
    let field = |name: &str| {
        let mut fields = result.lines().filter_map(|line| line.split_once('='));
        fields.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let sentence = field("sentence").unwrap_or("the result says nothing");
    let current = field("current").filter(|current| !current.is_empty());
    report.facts().current = current.map(str::to_owned);
    match field("code").and_then(|code| code.parse().ok()) {
        Some(0) => {
            println!("{sentence}");
            Ok(())
        }
        code => Err(Ended::error(code.unwrap_or(Ended::FAILED), sentence)),
    }
}

/// The run's lines on the terminal.
struct Shown<'r> {
    report: &'r mut Report,
    verbose: bool,
    /// The step that is under way, and when it began.
    step: Option<(String, f64)>,
    lines: Vec<String>,
}

impl Shown<'_> {
    fn see(&mut self, line: Line<'_>) {
        match line {
            Line::Step(Event { name, at }) => {
                self.report.begin(name);
                self.step = Some((name.to_owned(), at));
                self.lines.clear();
            }
            Line::Done(event) => self.end(event, true),
            Line::Failed(event) => {
                for line in self.lines.iter().skip(self.lines.len().saturating_sub(SHOWN)) {
                    println!("    {line}");
                }
                self.end(event, false);
            }
            Line::Note(text) => println!("  {text}"),
            // Compose erases lines even where nothing is a terminal; what a host says is not
            // to move a cursor here.
            Line::Said(text) => self.said(strip_str(text).to_string()),
            Line::Reached { again: true } => println!("  reached again"),
            Line::Reached { again: false } if self.verbose => println!("  reached"),
            Line::Reached { again: false } => {}
        }
    }

    fn said(&mut self, text: String) {
        if self.verbose {
            println!("    {text}");
            return;
        }
        // A build may say more than anybody reads.
        if self.lines.len() >= 2 * SHOWN {
            self.lines.drain(..SHOWN);
        }
        self.lines.push(text);
    }

    fn end(&mut self, Event { name, at }: Event<'_>, passed: bool) {
        let seconds = self.step.take().map_or(0.0, |(_, began)| at - began);
        self.report.end(name, passed, seconds);
        self.lines.clear();
    }

    /// Ends a step that nobody said the end of.
    fn interrupted(&mut self) {
        if let Some((name, _)) = self.step.take() {
            self.report.end(&name, false, 0.0);
        }
    }
}
