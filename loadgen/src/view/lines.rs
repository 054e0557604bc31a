//! Plain lines, for pipes and logs.

use std::io::{self, Write as _};
use std::time::Duration;

use super::patience::Patience;
use crate::engine::{End, Tick, Watcher};
use crate::report::text::ms;

/// Between two lines.
const PERIOD: Duration = Duration::from_secs(5);

/// Prints a line every five seconds, and ends a run that has lost its target.
#[derive(Debug)]
pub struct Lines {
    is_quiet: bool,
    patience: Patience,
    last: Duration,
}

impl Lines {
    /// Lines until `patience` is over.
    #[must_use]
    pub fn new(is_quiet: bool, patience: Patience) -> Self {
        Self { is_quiet, patience, last: Duration::ZERO }
    }
}

impl Watcher for Lines {
    fn tick(&mut self, tick: &Tick<'_>) {
        self.patience.see(tick);
        if self.is_quiet || tick.at < self.last + PERIOD {
            return;
        }
        self.last = tick.at;
        let point = &tick.point;
        // A pipe that was closed ends neither the run nor the tasks' deletion.
        let _ = writeln!(
            io::stdout(),
            "{:>5.0} s  {:>8.1} req/s  p50 {}  p99 {}  errors {:.2} %  slip p99 {}  dropped {}",
            tick.at.as_secs_f64(),
            point.rate,
            ms(point.p50),
            ms(point.p99),
            100.0 * point.bad,
            ms(point.slip_p99),
            point.dropped,
        );
    }

    fn wants_end(&mut self) -> Option<End> {
        self.patience.is_over()
    }
}
