//! What the trace panel shows and how it waits for spans that are on their way.

use std::cell::{Cell, RefCell};

use web_sys::Element;

use super::settled::is_settled;
use crate::tracer::Tracer;
use crate::views::trace::{Shown, State, TraceView};
use crate::{api, dom, spawn};

/// The pauses between looks at a trace, in milliseconds: three seconds in all.
const PAUSES_MS: [u32; 6] = [50, 100, 200, 400, 800, 1500];
/// Log lines travel apart from spans. A settled trace without any gets this many looks.
const LOOKS_FOR_LOGS: usize = 3;
/// Traces that one can go back to.
const RECENT_MAX: usize = 6;

/// The panel; a newer trace supersedes the wait for an older one.
pub struct Panel {
    view: TraceView,
    recent: RefCell<Vec<Shown>>,
    turn: Cell<u32>,
}

impl Panel {
    /// The panel of this page.
    #[must_use]
    pub fn new(root: &Element) -> Self {
        Self { view: TraceView::new(root), recent: RefCell::default(), turn: Cell::new(0) }
    }

    /// The panel's view.
    #[must_use]
    pub fn view(&self) -> &TraceView {
        &self.view
    }

    /// Whether it has shown nothing yet.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.turn.get() == 0
    }

    /// Shows a new trace, which goes first among the recent ones. `expected_span` is the
    /// span that makes it worth showing.
    pub fn show_new(&'static self, tracer: Tracer, shown: Shown, expected_span: String) {
        let trace_id = shown.trace_id.clone();
        {
            let mut recent = self.recent.borrow_mut();
            if recent.len() == RECENT_MAX {
                recent.pop();
            }
            recent.insert(0, shown);
        }
        spawn(self.show(tracer, trace_id, Some(expected_span)));
    }

    /// Shows a trace: sends what the tracer still has of it, then looks until the trace
    /// is settled, time is up, or another one is shown.
    pub async fn show(
        &'static self,
        tracer: Tracer,
        trace_id: String,
        expected_span: Option<String>,
    ) {
        let turn = self.turn.get() + 1;
        self.turn.set(turn);
        self.view.announce(&trace_id);
        self.view.list_recent(&self.recent.borrow(), &trace_id);
        tracer.flush().await;

        let mut drawn = None;
        for look in 0..=PAUSES_MS.len() {
            // A failed look is like an early one: the next may succeed.
            let found = api::trace(tracer.window(), &trace_id).await;
            if self.turn.get() != turn {
                return;
            }
            if let Some(found) = found {
                let extent = (found.spans.len(), found.log_count());
                if drawn != Some(extent) {
                    self.view.draw(&found);
                    drawn = Some(extent);
                }
                let logs_may_come = found.log_count() == 0 && look + 1 < LOOKS_FOR_LOGS;
                if is_settled(&found, expected_span.as_deref()) && !logs_may_come {
                    self.view.set_state(State::Complete);
                    return;
                }
            }
            if let Some(pause_ms) = PAUSES_MS.get(look) {
                let _ = dom::sleep(tracer.window(), *pause_ms).await;
            }
        }
        if self.turn.get() == turn {
            let state = if drawn.is_some() { State::Partial } else { State::Absent };
            self.view.set_state(state);
        }
    }
}
