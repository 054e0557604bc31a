//! From a prepared command to a verdict.

mod exporter;

use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::args::Common;
use crate::cleanup;
use crate::demo::alerts::Follower;
use crate::demo::{Narrator, Story};
use crate::engine::{self, Model, Run, Size};
use crate::report::{Report, text};
use crate::request::Requests;
use crate::scenario::mode;
use crate::target::Target;
use crate::trace::Ids;
use crate::verdict::{Judgement, Objectives, Verdict};
use crate::verify::Verifier;
use crate::view;
use crate::view::lines::Lines;
use crate::view::live::Outline;
use crate::view::patience::Patience;
use crate::worker::{self, closed};
use exporter::Exporter;

/// A command that knows what to run.
pub(super) struct Prepared {
    pub(super) common: Common,
    pub(super) model: Model,
    /// What is told meanwhile, by the demo alone.
    pub(super) story: Option<Story>,
}

impl Prepared {
    pub(super) fn new(common: &Common, model: Model) -> Self {
        Self { common: common.clone(), model, story: None }
    }

    fn mode(&self) -> &'static str {
        match &self.model {
            Model::Open(scenario) => scenario.mode,
            Model::Closed(..) => mode("max"),
        }
    }
}

/// Runs it; errors are those of usage.
pub(super) fn start(prepared: &Prepared) -> Result<Verdict> {
    let Prepared { common: args, model, .. } = prepared;
    ensure!(
        args.quiet || !args.files.take_stdout(),
        "--json - leaves standard output to the report: add --quiet"
    );
    let mode = prepared.mode();
    let target = Arc::new(Target::find(&args.target, args.i_own_this_target)?);
    if let Err(error) = target.knock(args.timeout) {
        eprintln!("loadgen: {} cannot be reached: {error}", target.url);
        return Ok(Verdict::Unreachable);
    }
    args.files.create()?;
    let exporter = match model {
        // A bare path carries no trace context.
        Model::Closed(closed::Load::Path(_), _) => Exporter::default(),
        _ => Exporter::from_env(&target, mode)?,
    };
    let (verifier, sample) = if args.verify_traces {
        ensure!(exporter.ratio > 0.0, "--verify-traces needs traces, and none are recorded");
        let (verifier, sample) = Verifier::start(&target).context("no thread")?;
        (Some(verifier), Some(sample))
    } else {
        (None, None)
    };
    let ids = Ids::new(rand::random(), exporter.ratio);
    let mut common = worker::Common {
        requests: Requests::new(target.authority.clone(), mode, ids),
        target: Arc::clone(&target),
        ids,
        spans: exporter.spans.clone(),
        sample,
        // The threads get ready meanwhile.
        start: Instant::now() + Duration::from_millis(20),
        timeout: args.timeout,
        threshold: args.threshold,
        tasks: worker::session::Tasks::default(),
    };
    let size = Size {
        threads: args.threads.map_or_else(half_of_the_processors, usize::from),
        connections: usize::from(args.connections),
    }
    .fitting();
    let (run, epilogue) = perform(prepared, size, &common)?;
    let cleaned = cleanup::delete_tasks(&common);
    let spans_dropped = exporter.flush();
    // The verifier ends when nobody can offer it traces any more.
    common.sample = None;
    let completeness = verifier.map(Verifier::finish);

    let objectives = Objectives {
        availability: args.availability,
        latency: args.fast,
        threshold: args.threshold,
        slip: args.max_slip,
    };
    let judgement = Judgement::of(&run.stats, &objectives);
    let verdict = conclude(judgement.verdict, epilogue.as_ref());
    let report = Report {
        target: target.url.clone(),
        mode,
        seed: args.seed,
        size,
        objectives,
        judgement,
        exit_code: verdict.code(),
        stages: match model {
            Model::Open(scenario) => Arc::clone(&scenario.stages),
            Model::Closed(..) => Arc::new([]),
        },
        run,
        cleaned,
        completeness,
        spans_dropped,
    };
    let is_colored = text::wants_color();
    let text = text::Text { report: &report, is_short: args.quiet, is_colored };
    let text = match epilogue {
        Some((told, _)) => format!("{text}\nThe story, by the alerts:\n  {}\n", told.join("\n  ")),
        None => text.to_string(),
    };
    // A pipe that was closed changes neither the files nor the exit code.
    let _ = if args.files.take_stdout() {
        io::stderr().write_all(text.as_bytes())
    } else {
        io::stdout().write_all(text.as_bytes())
    };
    args.files.write(&report)?;
    Ok(verdict)
}

/// What the demo says in the end, and whether its alerts came as expected.
type Epilogue = (Vec<String>, bool);

fn perform(
    prepared: &Prepared,
    size: Size,
    common: &worker::Common,
) -> Result<(Run, Option<Epilogue>)> {
    let end = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        // The second one ends the process at once.
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&end))?;
        signal_hook::flag::register(signal, Arc::clone(&end))?;
    }
    let patience = Patience::new(end, prepared.common.patience);
    let Some(story) = &prepared.story else {
        let outline = Outline::of(&prepared.model, &common.target.url, prepared.mode());
        let mut view = view::open(outline, prepared.common.quiet, patience);
        return Ok((engine::run(&prepared.model, size, common, &mut *view), None));
    };
    let lines = Lines::new(prepared.common.quiet, patience);
    let follower = Follower::start(&common.target).context("no thread")?;
    let mut narrator =
        Narrator::new(lines, &common.target.url, common.start, story.clone(), follower);
    let run = engine::run(&prepared.model, size, common, &mut narrator);
    Ok((run, Some(narrator.end())))
}

/// The demo misses the objectives on purpose: its verdict is about the alerts.
fn conclude(verdict: Verdict, epilogue: Option<&Epilogue>) -> Verdict {
    match epilogue {
        Some((_, true)) if verdict != Verdict::Unreachable => Verdict::Met,
        Some((_, false)) if verdict != Verdict::Unreachable => Verdict::Breached,
        _ => verdict,
    }
}

/// The other half is the target's, on a machine that runs both.
fn half_of_the_processors() -> usize {
    thread::available_parallelism().map_or(1, |count| count.get().div_ceil(2))
}
