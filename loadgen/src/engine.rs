//! Runs a load from its first request to its last answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::plan::OpenPlan;
use crate::scenario::Scenario;
use crate::schedule::pacer::{self, Lane, Progress};
use crate::stats::{Point, Series, Stats, series};
use crate::worker::{self, Common, Measured, closed};

/// Steps that wait between the pacer and a worker at the most.
const QUEUED: usize = 4_096;
/// How often measurements are gathered.
const PERIOD: Duration = Duration::from_secs(1);
/// How often the gatherer looks whether the run is over.
const NAP: Duration = Duration::from_millis(20);

/// What is run.
#[derive(Clone, Debug)]
pub enum Model {
    /// Requests at their due times.
    Open(Arc<Scenario>),
    /// As fast as the connections allow, for this long.
    Closed(closed::Load, Duration),
}

/// How it is run.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Threads that send.
    pub threads: usize,
    /// Connections of all of them.
    pub connections: usize,
}

impl Size {
    /// With one of each at least, and no thread that would have no connection.
    #[must_use]
    pub fn fitting(self) -> Self {
        let connections = self.connections.max(1);
        Self { threads: self.threads.clamp(1, connections), connections }
    }

    /// The connections of each thread: as evenly as they divide, and each number once.
    fn shares(self) -> impl Iterator<Item = closed::Share> {
        let Self { threads, connections } = self.fitting();
        let (each, more) = (connections / threads, connections % threads);
        (0..threads).map(move |at| closed::Share {
            first: at * each + at.min(more),
            count: each + usize::from(at < more),
            of: connections,
        })
    }
}

/// Tells how a run goes, and may end it.
pub trait Watcher {
    /// Called once a second with what happened since the last time and in all.
    fn tick(&mut self, tick: &Tick<'_>);

    /// Why the run is to end early, if it is.
    fn wants_end(&mut self) -> Option<End> {
        None
    }
}

/// Why a run ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Somebody asked for it.
    Asked,
    /// The target took no connection for so long.
    Lost(Duration),
}

/// What a [`Watcher`] is told.
#[derive(Debug)]
pub struct Tick<'t> {
    /// Since the start.
    pub at: Duration,
    /// What happened since the last tick.
    pub point: Point,
    /// The measurements since the last tick, cells apart.
    pub recent: &'t Stats,
    /// Everything so far.
    pub total: &'t Stats,
    /// The course so far.
    pub course: &'t [Point],
    /// The place of the stage.
    pub stage: usize,
}

/// What a run measured.
#[derive(Clone, Debug)]
pub struct Run {
    /// From the first due time to the last answer.
    pub duration: Duration,
    /// Everything together.
    pub stats: Stats,
    /// Its course.
    pub course: Vec<Point>,
    /// Why it ended before its time, if it did.
    pub end: Option<End>,
}

/// Runs it; it returns when the last answer is there or was given up on.
pub fn run(model: &Model, size: Size, common: &Common, watcher: &mut dyn Watcher) -> Run {
    let progress = Progress::default();
    let measured: Vec<_> = size.shares().map(|_| Measured::default()).collect();
    let length = match model {
        Model::Open(scenario) => scenario.stages.iter().map(|stage| stage.duration).sum(),
        Model::Closed(_, duration) => *duration,
    };
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _done = SetOnDrop(&done);
            send(model, size, common, &measured, &progress);
        });
        gather(common.start, length, &measured, &progress, &done, watcher)
    })
}

/// Tells the gatherer that nothing follows, also where a thread panics.
struct SetOnDrop<'d>(&'d AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Starts the threads that send, and waits for them.
fn send(model: &Model, size: Size, common: &Common, measured: &[Measured], progress: &Progress) {
    let shares = size.shares().zip(measured);
    thread::scope(|scope| match model {
        Model::Open(scenario) => {
            let workers: Vec<_> = shares
                .map(|(share, measured)| {
                    let (sender, receiver) = mpsc::channel(QUEUED);
                    let (common, own) = (common.clone(), measured.clone());
                    scope.spawn(move || worker::open::run(common, share.count, own, receiver));
                    Lane::new(sender, measured.clone())
                })
                .collect();
            pacer::pace(OpenPlan::new(scenario), common.start, workers, progress);
        }
        Model::Closed(load, duration) => {
            for (share, measured) in shares {
                let stop = &progress.stop;
                scope.spawn(move || closed::run(common, load, share, measured, stop));
            }
            let end = common.start + *duration;
            while Instant::now() < end && !progress.stop.load(Ordering::Relaxed) {
                thread::sleep(NAP.min(end.saturating_duration_since(Instant::now())));
            }
            progress.stop.store(true, Ordering::Relaxed);
        }
    });
}

fn gather(
    start: Instant,
    length: Duration,
    measured: &[Measured],
    progress: &Progress,
    done: &AtomicBool,
    watcher: &mut dyn Watcher,
) -> Run {
    let mut series = Series::new(length);
    let mut stats = Stats::default();
    let mut recent = Stats::default();
    let mut spares = vec![Stats::default(); measured.len()];
    let mut last = Duration::ZERO;
    let mut end = None;
    loop {
        let is_done = done.load(Ordering::Acquire);
        let at = Instant::now().saturating_duration_since(start);
        if is_done || at >= last + PERIOD {
            recent.clear();
            for (measured, spare) in measured.iter().zip(&mut spares) {
                spare.clear();
                measured.exchange(spare);
                recent.merge_outline(spare);
                stats.merge(spare);
            }
            let stage = progress.stage.load(Ordering::Relaxed);
            series.add(at, stage, &recent);
            let point = series::point(at, at.saturating_sub(last), stage, &recent);
            let course = series.points();
            watcher.tick(&Tick { at, point, recent: &recent, total: &stats, course, stage });
            last = at;
        }
        if is_done {
            let stage = progress.stage.load(Ordering::Relaxed);
            return Run { duration: last, stats, course: series.finish(last, stage), end };
        }
        if end.is_none() {
            end = watcher.wants_end();
            // Never taken back: the sending thread sets it as well, when the time is over.
            if end.is_some() {
                progress.stop.store(true, Ordering::Relaxed);
            }
        }
        thread::sleep(NAP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_spread_evenly_and_each_is_one_threads() {
        for (threads, connections, counts) in [
            (3, 4, &[2, 1, 1][..]),
            (3, 5, &[2, 2, 1]),
            (2, 64, &[32, 32]),
            (4, 2, &[1, 1]),
            (1, 3, &[3]),
            (0, 0, &[1]),
        ] {
            let shares: Vec<_> = Size { threads, connections }.shares().collect();
            let spread: Vec<_> = shares.iter().map(|share| share.count).collect();
            assert_eq!(spread, counts, "{threads} threads");
            let all: Vec<_> =
                shares.iter().flat_map(|share| share.first..share.first + share.count).collect();
            assert_eq!(all, (0..connections.max(1)).collect::<Vec<_>>());
            assert!(shares.iter().all(|share| share.of == all.len()));
        }
    }
}
