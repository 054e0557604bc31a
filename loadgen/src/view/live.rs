//! The live view: a screen of its own on a terminal.

mod draw;
mod numbers;
mod screen;
mod table;
mod trend;

use std::collections::VecDeque;
use std::env;
use std::io::{self, IsTerminal as _, Stdout, Write as _};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::patience::Patience;
use crate::engine::{End, Model, Tick, Watcher};
use crate::schedule::Stage;
use crate::stats::exemplars::Exemplar;
use screen::Screen;

/// What is known of a run before it starts.
#[derive(Clone, Debug)]
pub struct Outline {
    /// Where requests go.
    pub target: String,
    /// How they are generated.
    pub mode: &'static str,
    /// How long it takes; none where the plan ends earlier than its last stage.
    pub length: Option<Duration>,
    /// The schedule; empty in the closed model.
    pub stages: Arc<[Stage]>,
}

impl Outline {
    /// Of a run of `model` against `target`.
    #[must_use]
    pub fn of(model: &Model, target: &str, mode: &'static str) -> Self {
        let (stages, length): (Arc<[Stage]>, _) = match model {
            Model::Open(scenario) => {
                let length = scenario.stages.iter().map(|stage| stage.duration).sum();
                let is_known = scenario.cycles.is_none();
                (Arc::clone(&scenario.stages), is_known.then_some(length))
            }
            Model::Closed(_, duration) => (Arc::new([]), Some(*duration)),
        };
        Self { target: target.to_owned(), mode, length, stages }
    }
}

/// Draws once a second. The terminal is as it was before when this is dropped, when
/// somebody asks for the run's end, and after a panic.
pub struct Live {
    outline: Outline,
    terminal: Terminal<CrosstermBackend<Stdout>>,
    screen: Screen,
    patience: Patience,
    /// The last traces that failed, the newest last.
    failed: VecDeque<Exemplar>,
}

/// What is told instead of a picture.
const ENDING: &str = "Ending: answers under way are waited for, then tasks are deleted.";
/// Failed traces that are shown.
const FAILED: usize = 3;

impl Live {
    /// Takes the terminal; none where there is none to take, or none that draws.
    #[must_use]
    pub fn open(outline: Outline, patience: &Patience) -> Option<Self> {
        let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        if is_dumb || !io::stdout().is_terminal() {
            return None;
        }
        let terminal = Terminal::new(CrosstermBackend::new(io::stdout())).ok()?;
        let keys = io::stdin().as_fd().try_clone_to_owned().ok()?;
        let screen = Screen::open(keys, Box::new(io::stdout())).ok()?;
        let patience = patience.clone();
        Some(Self { outline, terminal, screen, patience, failed: VecDeque::new() })
    }
}

impl Watcher for Live {
    fn tick(&mut self, tick: &Tick<'_>) {
        self.patience.see(tick);
        self.failed.extend(&tick.recent.exemplars.failed);
        let surplus = self.failed.len().saturating_sub(FAILED);
        self.failed.drain(..surplus);
        if self.screen.is_open() {
            let (outline, failed) = (&self.outline, &self.failed);
            // A terminal that is gone takes no picture; the run goes on.
            let _ = self.terminal.draw(|frame| draw::draw(frame, outline, tick, failed));
        }
    }

    fn wants_end(&mut self) -> Option<End> {
        let is_over = self.patience.is_over();
        if is_over.is_some() && self.screen.close() {
            // A second Ctrl-C ends the process at once and would leave the screen behind.
            let _ = writeln!(io::stdout(), "{ENDING}");
        }
        is_over
    }
}
